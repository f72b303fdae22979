import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { type Children, container, type Module, repeated } from '../module.js'
import { embedding } from './embedding.js'
import { layerNorm } from './norm.js'
import { clipLayer } from './vision.js'

/** The class defaults of a text encoder of CLIP's kind. */
export interface ClipTextDefaults {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly ffnSize: number
  readonly heads: number
  readonly positions: number
}

/** The text encoder of CLIP (Radford et al. 2021, arXiv:2103.00020) and SigLIP: a short transformer over the words of a caption. */
export function clipText(
  name: string,
  config: ConfigReader,
  defaults: ClipTextDefaults,
  headOf: (hiddenSize: number) => Children = () => ({}),
): { readonly model: Module; readonly dimensions: Dimensions } {
  const vocabSize = config.positive('vocab_size', defaults.vocabSize)
  const hiddenSize = config.positive('hidden_size', defaults.hiddenSize)
  const ffnSize = config.integer('intermediate_size', defaults.ffnSize)
  const layers = config.integer('num_hidden_layers', 12)
  const heads = config.positive('num_attention_heads', defaults.heads)
  const contextTokens = config.integer('max_position_embeddings', defaults.positions)
  const model = container(`${name}TextTransformer`, {
    embeddings: container(
      `${name}TextEmbeddings`,
      { token_embedding: embedding(vocabSize, hiddenSize), position_embedding: embedding(contextTokens, hiddenSize) },
      { part: 'embedding' },
    ),
    encoder: container(`${name}Encoder`, {
      layers: repeated(
        layers,
        clipLayer(`${name}EncoderLayer`, { hiddenSize, heads, ffnSize }, { normsFirst: name.startsWith('Siglip') }),
      ),
    }),
    final_layer_norm: layerNorm(hiddenSize),
    ...headOf(hiddenSize),
  })
  const dimensions = {
    layers,
    hiddenSize,
    heads,
    kvHeads: heads,
    headDim: Math.floor(hiddenSize / heads),
    ffnHiddenSize: ffnSize,
    vocabSize,
    contextTokens,
    gatedMlp: false,
    tiedEmbeddings: false,
  }
  return { model, dimensions }
}
