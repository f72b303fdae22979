import { attention } from '../blocks/attention.js'
import { linear } from '../blocks/linear.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/**
 * Helium (Kyutai 2025, https://kyutai.org/helium): Llama, with an output projection as wide as the model whatever the
 * heads.
 */
export const helium = decoderFamily({
  modelType: 'helium',
  name: 'Helium',
  defaults: {
    vocab_size: 48_000,
    hidden_size: 2560,
    intermediate_size: 7040,
    num_hidden_layers: 24,
    num_attention_heads: 20,
    num_key_value_heads: 20,
    head_dim: 128,
    max_position_embeddings: 4096,
    tie_word_embeddings: false,
  },
  attention(sizes, config) {
    const heads = attention({ ...sizes, qkvBias: config.boolean('attention_bias', false) })
    return { ...heads, children: { ...heads.children, o_proj: linear(sizes.hiddenSize, sizes.hiddenSize) } }
  },
  forward: (config) => ({
    rotation: { features: 'all', repeatsTables: true },
    norm: 'rmsNormFloat32Gain',
    feedForward: { activation: config.string('hidden_act', 'silu') },
  }),
  tensorPlan: PLAN,
})
