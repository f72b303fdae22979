import { llamaAttention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { type DecoderSizes, decoderDimensions } from '../blocks/decoder-sizes.js'
import { llamaMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import { isObject } from '../config-object.js'
import { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import type { ForwardPass } from '../forward/index.js'
import { llamaForward } from '../forward/llama-forward.js'
import { type Children, container, listOfAlike, type Module } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'

/**
 * Llama-Nemotron Super and Ultra (NVIDIA 2025, arXiv:2505.00949), in the classes of their authors: Llamas of which a search took
 * attention out of some layers, and changed the width of others. `block_configs` says what is left.
 */
export const nemotronNas = causalLmFamily({
  modelType: 'nemotron-nas',
  name: 'DeciLM',
  defaults: {
    vocab_size: 128_256,
    hidden_size: 8192,
    num_hidden_layers: 80,
    num_attention_heads: 64,
    head_dim: false,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const blocks = blockConfigs(config, sizes.layers)
    const layers = listOfAlike(
      sizes.layers,
      (index) => JSON.stringify(blocks[index]),
      (index) => layerOf(blocks[index] ?? NOTHING, sizes, config),
    )
    const widest = Math.max(0, ...blocks.map(({ ffnSize }) => ffnSize))
    const kvHeads = Math.max(0, ...blocks.map((block) => block.kvHeads))
    return {
      model: decoderModel('DeciLMModel', { ...sizes, layers, norm: rmsNorm(sizes.hiddenSize) }),
      dimensions: decoderDimensions({ ...sizes, kvHeads, ffnSize: widest }, { gatedMlp: true }),
    }
  },
  forward: nemotronNasForward,
})

/**
 * The code of the authors (`modeling_decilm.py`): attention is written out, unless the config asks for flash-attn. Each attention has
 * frequencies of its own beside those of the model. A prefill fills caches of a fixed size (`variable_cache.py`).
 */
function nemotronNasForward(config: ConfigReader, { layers, hiddenSize, heads }: Dimensions): ForwardPass {
  const usesFlash = config.string(['attn_implementation', '_attn_implementation'], 'eager') === 'flash_attention_2'
  const attending = blockConfigs(config, layers).filter(({ kvHeads }) => kvHeads > 0).length
  const headDim = Math.floor(hiddenSize / Math.max(heads, 1))
  return {
    ...llamaForward(config),
    masks: { size: 'forAllSequences' },
    attention: { eagerOnly: !usesFlash, sharedHeads: usesFlash ? 'kernel' : 'repeated' },
    residual: { order: 'thinned', linear: { attention: 'linear_attn', network: 'linear_mlp' } },
    float32BufferElements: attending * Math.floor(headDim / 2),
    logits: { form: 'float32', prefill: 'allTokens', shifts: 'float32' },
    says: ['the cache of a prefill has room for the prompt alone; `generate` makes it as long as the whole text'],
    undescribed: undescribedOf(config),
  }
}

function undescribedOf(config: ConfigReader): string | undefined {
  if (config.integer('pretraining_tp', 1) > 1) return 'no model of weights in slices: set `pretraining_tp` to 1'
  const blocks = config.raw('block_configs')
  const isWindowed =
    Array.isArray(blocks) &&
    blocks.some((block) => isObject(block) && new ConfigReader(block, []).object('attention').has('window_length'))
  return isWindowed
    ? 'no model of windows and sinks, which `window_length` asks for: remove it from `block_configs` to estimate without them'
    : undefined
}

/** What a layer has: heads of keys and values and the width of its network, 0 for a block that was taken out. */
interface Block {
  readonly kvHeads: number
  readonly ffnSize: number
  /** Blocks that a single linear layer stands for. */
  readonly linearAttention: boolean
  readonly linearMlp: boolean
}

const NOTHING: Block = { kvHeads: 0, ffnSize: 0, linearAttention: false, linearMlp: false }

function layerOf(block: Block, sizes: DecoderSizes, config: ConfigReader): Module {
  const { hiddenSize } = sizes
  const { kvHeads, ffnSize, linearAttention, linearMlp } = block
  const norm = rmsNorm(hiddenSize)
  const square = linear(hiddenSize, hiddenSize)
  const attention = linearAttention
    ? container('DeciLMLinearAttention', { linear_attn: square }, { part: 'attention' })
    : llamaAttention({ ...sizes, kvHeads }, config)
  const network = linearMlp
    ? container('DeciLMLinearMLP', { linear_mlp: square }, { part: 'mlp' })
    : llamaMlp({ hiddenSize, ffnSize }, config)
  const first: Children = kvHeads > 0 || linearAttention ? { input_layernorm: norm, self_attn: attention } : {}
  const second: Children = ffnSize > 0 || linearMlp ? { post_attention_layernorm: norm, mlp: network } : {}
  return container('DeciLMDecoderLayer', { ...first, ...second })
}

function blockConfigs(config: ConfigReader, layers: number): readonly Block[] {
  const stated = config.raw('block_configs')
  if (!Array.isArray(stated) || stated.length !== layers || !stated.every(isObject)) {
    throw config.invalid('block_configs', `a list of ${layers} objects, one for each layer`)
  }
  const heads = config.positive('num_attention_heads', 64)
  const hiddenSize = config.positive('hidden_size', 8192)
  return stated.map((block, index) => {
    const reader = new ConfigReader(block, [...config.place, 'block_configs', index])
    const [attention, ffn] = [reader.object('attention'), reader.object('ffn')]
    const linearAttention = attention.boolean('replace_with_linear', false)
    const linearMlp = ffn.boolean('replace_with_linear', false)
    const hasAttention = !linearAttention && !attention.boolean('no_op', false)
    const hasNetwork = !linearMlp && !ffn.boolean('no_op', false)
    return {
      kvHeads: hasAttention ? Math.floor(heads / stateOf(attention, 'n_heads_in_group')) : 0,
      ffnSize: hasNetwork ? ffnSizeOf(ffn, hiddenSize) : 0,
      linearAttention,
      linearMlp,
    }
  })
}

function stateOf(config: ConfigReader, name: string): number {
  const count = config.optionalInteger(name)
  if (count === undefined || count < 1) throw config.invalid(name, 'an integer of at least 1')
  return count
}

/** Two thirds of the hidden size, times the factor, rounded up to a multiple of 256. */
function ffnSizeOf(config: ConfigReader, hiddenSize: number): number {
  if (config.has('intermediate_size')) return config.integer('intermediate_size', 0)
  const factor = config.number('ffn_mult', 0)
  if (factor <= 0) throw config.invalid('ffn_mult', 'a number above 0')
  return Math.ceil(Math.trunc((2 * factor * hiddenSize) / 3) / 256) * 256
}
