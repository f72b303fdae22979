import type { CompleteForwardPass } from './complete-forward-pass.js'
import type { StepOptions } from './decoder-run.js'
import type { Layers } from './layers.js'
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
}
