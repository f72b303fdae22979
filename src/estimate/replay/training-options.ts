import type { Shape } from '../../architecture/index.js'
import type { AttentionKernel } from '../kernels.js'
import type { ComputeDtype } from './dtype.js'
import type { AdapterRank } from './weights.js'

/** The input of a training step replay. */
export interface TrainingStep {
  readonly batch: number
  readonly sequence: number
  readonly checkpointing: boolean
  readonly kernel: AttentionKernel
  readonly parameterDtype: ComputeDtype
  readonly autocast: boolean
  readonly trained: boolean
  readonly quantised: boolean
  readonly adapterDtype: ComputeDtype
  readonly adapterRank: AdapterRank
  /** Bytes that the optimizer keeps for one trained tensor. */
  readonly stateBytes: (shape: Shape, dtype: ComputeDtype) => number
  /** Whether gradients of an earlier micro-batch already exist. */
  readonly accumulating: boolean
  /** Ranks that parameters, gradients and states are sharded over. Default: 1. */
  readonly world?: number
  readonly keepOutputs?: boolean
  readonly inputGradients?: boolean
}
