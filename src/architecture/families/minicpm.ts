import { experts, expertsBlock } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import type { ForwardPass } from '../forward/index.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** MiniCPM 1, 2 and 4 (Hu et al. 2024, arXiv:2404.06395), in the classes of their authors: Llama with scaled sums, or experts. */
export const minicpm = decoderFamily({
  modelType: 'minicpm',
  unreplayed: ['loss without logits'],
  name: 'MiniCPM',
  defaults: {
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    head_dim: false,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
  },
  mixture(sizes, config) {
    const routing = {
      experts: config.integer('num_experts', 0),
      expertsPerToken: config.integer('num_experts_per_tok', 2),
    }
    const { hiddenSize, ffnSize } = sizes
    return {
      routing,
      ffnSize,
      block: expertsBlock('MiniCPMMoE', {
        gate: linear(hiddenSize, routing.experts),
        experts: experts(routing, gatedMlp({ hiddenSize, ffnSize, names: ['w1', 'w3', 'w2'] })),
      }),
      isSparse: () => routing.experts > 0,
    }
  },
  forward: minicpmForward,
})

/** Every layer has frequencies, cosines and sines of all positions as buffers in float32. */
function minicpmForward(config: ConfigReader, { layers, hiddenSize, heads }: Dimensions): ForwardPass {
  const headDim = Math.floor(hiddenSize / Math.max(heads, 1))
  const positions = config.positive('max_position_embeddings', 2048)
  return {
    norm: 'rmsNormOfInput',
    embedding: 'scaledInModel',
    float32BufferElements: layers * (2 * positions * headDim + headDim / 2),
    masks: { size: 'square' },
    attention: { written: { kind: 'cachedTables' } },
    feedForward: { activation: config.string('hidden_act', 'silu') },
    residual: { order: 'sequential', scaled: true },
    logits: { form: 'float32OfScaledStates', prefill: 'allTokens', shifts: 'float32' },
    undescribed: undescribedOf(config),
  }
}

function undescribedOf(config: ConfigReader): string | undefined {
  if (config.integer('num_experts', 0) > 0)
    return "no model of MiniCPM's experts, whose code only their authors have: estimate the memory of a dense model"
  if (config.has('sparse_config'))
    return '`sparse_config` asks for attention to chosen blocks, by a kernel that has no model: remove it to estimate with dense attention'
  return undefined
}
