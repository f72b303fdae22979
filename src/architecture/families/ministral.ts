import { LLAMA_DEFAULTS } from '../blocks/decoder-sizes.js'
import { layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { withoutBiases } from '../blocks/without-biases.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/**
 * Ministral (Mistral AI 2024, https://mistral.ai/news/ministraux): Mistral with the kind of each layer in the config.
 */
export const ministral = decoderFamily({
  modelType: 'ministral',
  name: 'Ministral',
  defaults: { ...LLAMA_DEFAULTS, intermediate_size: 14_336, num_key_value_heads: 8, max_position_embeddings: 131_072 },
  attentionPattern(config, layers) {
    const windowTokens = slidingWindow(config, 4096)
    const type = windowTokens === undefined ? 'full_attention' : 'sliding_attention'
    return windowOf(
      layerTypes(config, layers, () => type),
      windowTokens,
    )
  },
  ...withoutBiases,
  questionAnsweringPrefix: 'transformer',
  forward: llamaForward,
})
