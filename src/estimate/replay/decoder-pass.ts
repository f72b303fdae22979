import type { CompleteForwardPass } from './complete-forward-pass.js'
import type { StepOptions } from './decoder-run.js'
import type { Layers } from './layers.js'
import type { LeftStates } from './mixers/left-states.js'
import type { ModelSizes } from './model-sizes.js'
import type { Named } from './submodules.js'

/** One forward pass of a decoder, before its first layer. */
export interface DecoderPass {
  readonly layers: Layers
  readonly options: StepOptions
  readonly forward: CompleteForwardPass
  readonly sizes: ModelSizes
  /** The module that contains embeddings and layers. */
  readonly base: Named
  /** The last states that recurrent blocks keep from one pass to the next; absent if they keep none. */
  readonly left?: LeftStates | undefined
}
