import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import type { ForwardPass } from './forward-pass.js'
import { partialRotation } from './rotation.js'

/** The forward pass of Phi-3 and of families that copy it. */
export function phi3Forward(config: ConfigReader, dimensions: Dimensions): ForwardPass {
  return {
    masks: { forEachKind: false },
    rotation: partialRotation(config, dimensions, 1),
    norm: 'rmsNorm',
    attention: { keepsProjections: true },
    feedForward: { activation: config.string('hidden_act', 'silu') },
    dropout: {
      attended: config.number('resid_pdrop', 0),
      fed: config.number('resid_pdrop', 0),
      place: 'inSum',
    },
  }
}
