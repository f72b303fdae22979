import { sandwichLayer } from '../blocks/decoder-layer.js'
import { gemma2Forward } from '../forward/gemma2-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { gemma2Body } from '../shapes/gemma2-body.js'
import { PLAN } from '../tensor-plan.js'

/** Gemma 2 (Gemma team 2024, arXiv:2408.00118): norms on both sides of each block, a window in every other layer. */
export const gemma2 = decoderFamily({
  modelType: 'gemma2',
  liger: { norms: 'beside' },
  hasUnslothLayers: true,
  needsWindow: 'always',
  name: 'Gemma2',
  ...gemma2Body,
  layer: sandwichLayer,
  forward: gemma2Forward,
  loraTargets: ['q_proj', 'v_proj'],
  tensorPlan: PLAN,
})
