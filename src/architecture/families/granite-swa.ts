import { llamaAttention } from '../blocks/attention.js'
import { layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** Granite with a window (IBM 2026, https://www.ibm.com/granite): a window in three layers of four, and an attention sink for each head. */
export const graniteSwa = decoderFamily({
  modelType: 'granite_swa',
  name: 'GraniteSWA',
  defaults: {
    vocab_size: 100_352,
    hidden_size: 2560,
    intermediate_size: 8192,
    num_hidden_layers: 24,
    num_attention_heads: 20,
    num_key_value_heads: 4,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  attentionPattern: (config, layers) =>
    windowOf(
      layerTypes(config, layers, (index) => (index % 4 === 0 ? 'full_attention' : 'sliding_attention')),
      slidingWindow(config, 128),
    ),
  attention: (sizes, config) => ({ ...llamaAttention(sizes, config), parameters: { sinks: [sizes.heads] } }),
})
