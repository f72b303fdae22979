import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { mistralBody } from '../shapes/mistral-body.js'
import { PLAN } from '../tensor-plan.js'

/** Mistral 7B (Jiang et al. 2023, arXiv:2310.06825): Llama with grouped queries and a window over the last tokens. */
export const mistral = decoderFamily({
  ...mistralBody(4096),
  modelType: 'mistral',
  liger: { keeps: ['loss'] },
  hasUnslothLayers: true,
  name: 'Mistral',
  copiedWith: ['sliding_window'],
  forward: (config) => ({ ...llamaForward(config), masks: { forEachKind: false } }),
  loraTargets: ['q_proj', 'v_proj'],
  tensorPlan: PLAN,
})
