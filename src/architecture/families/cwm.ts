import { attention } from '../blocks/attention.js'
import { layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { llamaForward } from '../forward/llama-forward.js'
import { newerFrequencies } from '../forward/newer-frequencies.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** Code World Model (Meta 2025, arXiv:2510.02387): Llama with a window in three layers of four. */
export const cwm = decoderFamily({
  modelType: 'cwm',
  needsWindow: 'always',
  name: 'Cwm',
  defaults: {
    vocab_size: 128_256,
    hidden_size: 6144,
    intermediate_size: 21_504,
    num_hidden_layers: 64,
    num_attention_heads: 48,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attentionPattern: (config, layers) =>
    windowOf(
      layerTypes(config, layers, (index) => (index % 4 === 0 ? 'full_attention' : 'sliding_attention')),
      slidingWindow(config, 8192),
    ),
  attention,
  forward: newerFrequencies((config) => ({
    ...llamaForward(config),
    masks: { unusedWindow: slidingWindow(config, 8192) },
  })),
  tensorPlan: PLAN,
})
