import { layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { mistralBody } from '../shapes/mistral-body.js'
import { PLAN } from '../tensor-plan.js'

/**
 * Ministral (Mistral AI 2024, https://mistral.ai/news/ministraux): Mistral with the kind of each layer in the config.
 */
export const ministral = decoderFamily({
  ...mistralBody(),
  modelType: 'ministral',
  liger: { keeps: ['loss'] },
  needsWindow: 'always',
  name: 'Ministral',
  attentionPattern(config, layers) {
    const windowTokens = slidingWindow(config, 4096)
    const type = windowTokens === undefined ? 'full_attention' : 'sliding_attention'
    return windowOf(
      layerTypes(config, layers, () => type),
      windowTokens,
    )
  },
  questionAnsweringPrefix: 'transformer',
  forward: llamaForward,
  tensorPlan: PLAN,
})
