import { container, type Module } from '../module.js'
import { embedding } from './embedding.js'

/** A stack of decoder layers between an embedding and a last norm. */
export interface DecoderModelParts {
  readonly vocabSize: number
  readonly hiddenSize: number
  /** The list of layers. */
  readonly layers: Module
  readonly norm: Module
}

/** The base model of nearly all decoder-only families: `embed_tokens`, `layers`, `norm`. */
export function decoderModel(type: string, { vocabSize, hiddenSize, layers, norm }: DecoderModelParts): Module {
  return container(type, { embed_tokens: embedding(vocabSize, hiddenSize), layers, norm })
}
