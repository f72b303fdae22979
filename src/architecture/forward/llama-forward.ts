import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from './forward-pass.js'

/** The forward pass of Llama and of families that copy it. */
export function llamaForward(config: ConfigReader): ForwardPass {
  return {
    rotation: { features: 'all' },
    norm: 'rmsNorm',
    feedForward: { activation: config.string('hidden_act', 'silu') },
  }
}
