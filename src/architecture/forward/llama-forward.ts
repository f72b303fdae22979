import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from './forward-pass.js'

/** Llama's forward pass, and that of all that copy it. */
export function llamaForward(config: ConfigReader): ForwardPass {
  return {
    rotation: { features: 'all' },
    norm: 'rmsNorm',
    feedForward: { activation: config.string('hidden_act', 'silu') },
  }
}
