import { sandwichLayer } from '../blocks/decoder-layer.js'
import { hasLimit } from '../forward/limits.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { gemma2Body } from '../shapes/gemma2-body.js'

/** Gemma 2 (Gemma team 2024, arXiv:2408.00118): norms on both sides of each block, a window in every other layer. */
export const gemma2 = decoderFamily({
  modelType: 'gemma2',
  name: 'Gemma2',
  ...gemma2Body,
  layer: sandwichLayer,
  forward: (config) => ({
    embedding: 'scaledForFirstLayer',
    rotation: { features: 'all' },
    norm: 'rmsNormPlusOne',
    attention: { cappedScores: hasLimit(config, 'attn_logit_softcapping', true) },
    feedForward: { activation: config.string('hidden_activation', 'gelu') },
    logits: { form: hasLimit(config, 'final_logit_softcapping', true) ? 'capped' : 'plain' },
  }),
  loraTargets: ['q_proj', 'v_proj'],
})
