import type { AttentionKernel } from '../kernels.js'
import type { CompleteForwardPass } from './complete-forward-pass.js'
import type { ComputeDtype } from './dtype.js'
import type { Layers } from './layers.js'
import type { ModelSizes } from './model-sizes.js'
import type { Sharding } from './sharding.js'
import type { Tensor } from './tape.js'

/** One micro-batch, and how it is computed. */
export interface StepOptions {
  readonly batch: number
  readonly sequence: number
  readonly checkpointing: boolean
  readonly kernel: AttentionKernel
  readonly computeDtype: ComputeDtype
  /** Whether keys and values are kept for the tokens to come. */
  readonly cache: boolean
  /** How parameters are spread over ranks; absent on one GPU. */
  readonly sharding?: Sharding | undefined
  /** Whether the logits outlive the loss. */
  readonly keepOutputs?: boolean
  /** Whether gradients flow to the input embeddings, frozen as they are. */
  readonly inputGradients?: boolean
}

/** Cosines and sines of all positions. */
export interface RotaryTables {
  readonly cos: Tensor
  readonly sin: Tensor
}

/** What all layers of one forward pass share. */
export interface DecoderRun {
  readonly layers: Layers
  readonly options: StepOptions
  readonly forward: CompleteForwardPass
  readonly sizes: ModelSizes
  readonly tables: RotaryTables | undefined
  /** The mask that eager attention adds. */
  readonly mask: Tensor | undefined
  /** What the other kernels add, where ALiBi biases scores. */
  readonly bias: Tensor | undefined
  /** What eager attention returns beside its output: a layer holds it until it ends. */
  readonly attentionWeights: Tensor[]
}
