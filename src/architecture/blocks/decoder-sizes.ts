import type { Dimensions, MoeDimensions } from '../architecture.js'
import type { ConfigReader } from '../config-reader.js'
import { contextTokens } from './context-tokens.js'

/** The defaults of a family's configuration class, under the names of its fields. */
export interface DecoderDefaults {
  readonly vocab_size: number
  readonly hidden_size: number
  /** Absent: four times `hidden_size`. */
  readonly intermediate_size?: number
  /** Whether `intermediate_size` may list a size for each layer. `ffnSize` is then the largest. Default: no. */
  readonly ffnOfEachLayer?: boolean
  readonly num_hidden_layers: number
  readonly num_attention_heads: number
  /** Absent: equal to `num_attention_heads`. */
  readonly num_key_value_heads?: number
  /** Absent: `hidden_size / num_attention_heads`. `false`: the heads always have that size. */
  readonly head_dim?: number | false
  /** Absent: the family has no such limit. */
  readonly max_position_embeddings?: number
  readonly tie_word_embeddings: boolean
}

/** The defaults of Llama's configuration class, which those of other families were copied from. */
export const LLAMA_DEFAULTS: DecoderDefaults = {
  vocab_size: 32_000,
  hidden_size: 4096,
  intermediate_size: 11_008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  max_position_embeddings: 2048,
  tie_word_embeddings: false,
}

/** The defaults of BERT's configuration class, which those of other encoders were copied from. */
export const BERT_DEFAULTS: DecoderDefaults = {
  vocab_size: 30_522,
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  head_dim: false,
  max_position_embeddings: 512,
  tie_word_embeddings: true,
}

/** The defaults of Jina Embeddings 3: the sizes of XLM-RoBERTa's large model, with more positions. */
export const JINA_EMBEDDINGS_3_DEFAULTS: DecoderDefaults = {
  vocab_size: 250_002,
  hidden_size: 1024,
  intermediate_size: 4096,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  head_dim: false,
  max_position_embeddings: 8194,
  tie_word_embeddings: true,
}

/** The sizes that almost all decoder-only models have. */
export interface DecoderSizes {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly ffnSize: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly contextTokens: number | undefined
  readonly tiedEmbeddings: boolean
}

/** Reads the sizes of a decoder-only model. A `null` means the same as an absent field without a class default. */
export function decoderSizes(config: ConfigReader, defaults: DecoderDefaults): DecoderSizes {
  const hiddenSize = config.positive('hidden_size', defaults.hidden_size)
  const heads = config.positive('num_attention_heads', defaults.num_attention_heads)
  const perHead = Math.floor(hiddenSize / heads)
  return {
    vocabSize: config.positive('vocab_size', defaults.vocab_size),
    hiddenSize,
    ffnSize: defaults.ffnOfEachLayer
      ? Math.max(...ffnSizes(config, defaults.intermediate_size ?? 4 * hiddenSize))
      : ffnSizeOf(config, defaults, hiddenSize),
    layers: config.integer('num_hidden_layers', defaults.num_hidden_layers),
    heads,
    kvHeads: config.integer('num_key_value_heads', defaults.num_key_value_heads ?? heads, heads),
    headDim: defaults.head_dim === false ? perHead : config.integer('head_dim', defaults.head_dim ?? perHead, perHead),
    contextTokens: contextTokens(config, defaults.max_position_embeddings),
    tiedEmbeddings: config.boolean('tie_word_embeddings', defaults.tie_word_embeddings),
  }
}

function ffnSizeOf(config: ConfigReader, { intermediate_size: absent }: DecoderDefaults, hiddenSize: number): number {
  if (absent === undefined) return config.derived('intermediate_size', 4 * hiddenSize)
  return config.integer('intermediate_size', absent)
}

/** The feed-forward sizes of the layers; a single one is that of all layers. */
export function ffnSizes(config: ConfigReader, absent: number): readonly number[] {
  const listed = Array.isArray(config.raw('intermediate_size')) ? config.integers('intermediate_size') : undefined
  return listed?.length ? listed : [config.integer('intermediate_size', absent)]
}

/** Facts about a model that are not among the common sizes. */
export interface OtherDimensions {
  readonly gatedMlp: boolean
  readonly headDim?: number
  readonly ffnHiddenSize?: number
  readonly windowTokens?: number | undefined
  readonly windowLayers?: readonly number[]
  readonly unrotatedLayers?: readonly number[]
  readonly moe?: MoeDimensions | undefined
}

/** The sizes in the terms of `ModelSpec`, with the other facts of the family. */
export function decoderDimensions(sizes: DecoderSizes, { windowTokens, moe, ...also }: OtherDimensions): Dimensions {
  const { ffnSize, contextTokens: context, ...rest } = sizes
  return {
    ...rest,
    ffnHiddenSize: ffnSize,
    ...(context !== undefined && { contextTokens: context }),
    ...(windowTokens !== undefined && { windowTokens }),
    ...(moe !== undefined && { moe }),
    ...also,
  }
}
