import { LLAMA_DEFAULTS } from '../blocks/decoder-sizes.js'
import { graniteForward } from '../forward/granite-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/**
 * Granite 3 (IBM 2024, https://www.ibm.com/granite): Llama with constant factors at embeddings, residuals and logits.
 */
export const granite = decoderFamily({
  modelType: 'granite',
  liger: { keeps: ['linearLoss'] },
  name: 'Granite',
  defaults: LLAMA_DEFAULTS,
  forward: graniteForward,
  tensorPlan: PLAN,
})
