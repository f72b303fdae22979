import { LLAMA_DEFAULTS } from '../blocks/decoder-sizes.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** Llama 1 to 3 (Touvron et al. 2023, arXiv:2302.13971; Llama team 2024, arXiv:2407.21783), and all that copies it. */
export const llama = decoderFamily({
  modelType: 'llama',
  liger: {},
  hasUnslothLayers: true,
  name: 'Llama',
  copiedWith: [],
  defaults: LLAMA_DEFAULTS,
  questionAnsweringPrefix: 'transformer',
  forward: llamaForward,
  loraTargets: ['q_proj', 'v_proj'],
  tensorPlan: PLAN,
})
