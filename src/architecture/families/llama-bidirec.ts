import type { Family } from '../family.js'
import { llama } from './llama.js'

/** NVIDIA's bidirectional Llama for embeddings and rerankers: Llama's modules, without an output embedding unless it is named. */
export const llamaBidirec: Family = {
  ...llama,
  modelTypes: ['llama_bidirec'],
  encodes: true,
  describe: (config, className, find) => llama.describe(config, llamaClass(className), find),
}

/** Llama's class for one of theirs, such as `LlamaBidirectionalForSequenceClassification`. */
function llamaClass(className: string | undefined): string {
  return className?.replace('Bidirectional', '') ?? 'LlamaModel'
}
