import { slidingWindow } from '../blocks/layer-types.js'
import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from './forward-pass.js'
import { hasLimit } from './limits.js'

/** The forward pass of Gemma 2: scaled embeddings, and caps on scores and logits. */
export function gemma2Forward(config: ConfigReader): ForwardPass {
  return {
    embedding: 'scaledForFirstLayer',
    rotation: { features: 'all' },
    norm: 'rmsNormPlusOne',
    masks: { unusedWindow: slidingWindow(config, 4096) },
    attention: { cappedScores: hasLimit(config, 'attn_logit_softcapping', true) },
    feedForward: { activation: config.string('hidden_activation', 'gelu') },
    logits: { form: hasLimit(config, 'final_logit_softcapping', true) ? 'capped' : 'plain' },
  }
}
