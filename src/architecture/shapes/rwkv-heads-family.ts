import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import type { Family, FamilyFacts } from '../family.js'
import { container, listOf, type Module, type Shape } from '../module.js'
import { headedFamily } from './headed-family.js'
import { outputEmbedding } from './headed-model.js'

/** The sizes of a recurrent block with heads. */
export interface RwkvSizes {
  readonly hiddenSize: number
  /** The features of all heads together. */
  readonly features: number
  readonly heads: number
  readonly headDim: number
}

/** The versions of RWKV between 4 and 7, in the classes of its authors. */
export interface RwkvHeadsFamilyOptions extends FamilyFacts {
  readonly modelType: string
  /** The prefix of its class names: `Rwkv6` for `Rwkv6ForCausalLM`. */
  readonly name: string
  /** The name of the base model inside the classes. */
  readonly prefix: string
  /** Whether the class reads `intermediate_size`. Both derive it from the width if they do not. */
  readonly readsFfnSize: boolean
  /** The parameters with which the recurrence mixes a token with the one before, and forgets. */
  readonly timeMix: (sizes: RwkvSizes) => Readonly<Record<string, Shape>>
  /** The names of the same in the feed-forward network. */
  readonly channelMix: readonly string[]
}

/** A family of RWKV whose recurrence has heads, each with a matrix as its state. */
export function rwkvHeadsFamily(options: RwkvHeadsFamilyOptions): Family {
  const { name, prefix, readsFfnSize, timeMix, channelMix, ...facts } = options
  return headedFamily({
    ...facts,
    name,
    prefix,
    defaults: {
      vocab_size: 65_536,
      hidden_size: 768,
      num_hidden_layers: 24,
      num_attention_heads: 64,
      tie_word_embeddings: false,
    },
    build(stated, config) {
      const { vocabSize, hiddenSize, layers, tiedEmbeddings } = stated
      const sizes = recurrentSizes(config, hiddenSize)
      const derived = Math.floor((hiddenSize * 3.5) / 32) * 32
      const ffnSize = readsFfnSize ? config.derived('intermediate_size', derived) : derived
      const norm = layerNorm(hiddenSize)
      const block = (first: boolean): Module =>
        container(`${name}Block`, {
          pre_ln: first ? norm : undefined,
          ln1: norm,
          ln2: norm,
          attention: recurrence(`${name}SelfAttention`, sizes, timeMix(sizes)),
          feed_forward: feedForward(`${name}FeedForward`, { hiddenSize, ffnSize }, channelMix),
        })
      const dimensions = {
        ...{ layers, hiddenSize, heads: 0, kvHeads: 0, ffnHiddenSize: ffnSize, vocabSize },
        ...{ tiedEmbeddings, gatedMlp: false },
      }
      return {
        model: container(`${name}Model`, {
          embeddings: embedding(vocabSize, hiddenSize),
          blocks: listOf(layers, (index) => index === 0, block),
          ln_out: norm,
        }),
        heads: { ForCausalLM: { head: outputEmbedding(dimensions, `${prefix}.embeddings`) } },
        dimensions,
      }
    },
  })
}

function recurrentSizes(config: ConfigReader, hiddenSize: number): RwkvSizes {
  const features = config.derived('attention_hidden_size', hiddenSize)
  const headDim = config.positive('head_size', 64)
  return { hiddenSize, features, headDim, heads: Math.floor(features / headDim) }
}

function recurrence(
  type: string,
  { hiddenSize, features, heads, headDim }: RwkvSizes,
  parameters: Readonly<Record<string, Shape>>,
): Module {
  const into = linear(hiddenSize, features)
  return container(
    type,
    {
      receptance: into,
      key: into,
      value: into,
      gate: into,
      output: linear(features, hiddenSize),
      ln_x: layerNorm(hiddenSize),
    },
    // A matrix for each head, and the last token.
    { part: 'recurrence', state: { elements: heads * headDim * headDim + hiddenSize }, parameters },
  )
}

function feedForward(
  type: string,
  { hiddenSize, ffnSize }: { readonly hiddenSize: number; readonly ffnSize: number },
  mixes: readonly string[],
): Module {
  return container(
    type,
    {
      key: linear(hiddenSize, ffnSize),
      receptance: linear(hiddenSize, hiddenSize),
      value: linear(ffnSize, hiddenSize),
    },
    {
      part: 'mlp',
      state: { elements: hiddenSize },
      parameters: Object.fromEntries(mixes.map((name) => [name, [1, 1, hiddenSize]])),
    },
  )
}
