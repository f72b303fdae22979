import { type Children, container, type Module } from '../module.js'
import { embedding } from './embedding.js'

/** A stack of decoder layers between an embedding and a final norm. */
export interface DecoderModelParts {
  readonly vocabSize: number
  readonly hiddenSize: number
  /** The list of layers. */
  readonly layers: Module
  readonly norm: Module
  /** The family's name for the final norm. Default: `norm`. */
  readonly lastNorm?: string | undefined
  /** The family's name for the input embedding. Default: `embed_tokens`. */
  readonly inputEmbedding?: string | undefined
  /** Modules between the input embedding and the layers. Default: none. */
  readonly ahead?: Children
}

/** The base model of nearly all decoder-only families: `embed_tokens`, `layers`, `norm`, and any other modules of the family. */
export function decoderModel(type: string, parts: DecoderModelParts, also: Children = {}): Module {
  const { vocabSize, hiddenSize, layers, norm, lastNorm = 'norm', inputEmbedding = 'embed_tokens', ahead } = parts
  const first = { [inputEmbedding]: embedding(vocabSize, hiddenSize), ...ahead }
  return container(type, { ...first, layers, [lastNorm]: norm, ...also })
}
