import type { EagerAttention } from '../../../architecture/index.js'
import type { AttentionKernel } from '../../kernels.js'
import type { ComputeDtype } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'

/** The sizes of one attention call. */
export interface AttentionSizes {
  readonly batch: number
  readonly sequence: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  /** How eager attention is written out. */
  readonly eager: Required<EagerAttention>
  /** The type that scores and values are computed in. */
  readonly dtype: ComputeDtype
  /** Whether scores are capped by a tanh (Gemma 2). */
  readonly cappedScores: boolean
  /** Whether a window is shorter than the sequence. */
  readonly masked: boolean
  /** The mask that eager attention adds to its scores. */
  readonly mask?: Tensor
  /** What the other kernels add to their scores: ALiBi, with the mask in it. */
  readonly bias?: Tensor
  /** Takes the attention weights that eager attention returns beside its output. */
  readonly keepWeights: (weights: Tensor) => void
  /** Whether the values of one head lie apart, as they do where they come from a projection and not from a cache. */
  readonly valuesApart: boolean
  /** Whether the one head of keys and values is given to the kernel as it is, which broadcasts it (Falcon). */
  readonly broadcasts?: boolean
  /** Whether keys and values are copied for each query head even where each has its own, as `repeat_interleave` does. */
  readonly copiesAlways?: boolean
  /** Whether the output comes with its dimensions exchanged, as it does where queries have been put together anew. */
  readonly exchanged: boolean
}

/** Attention over whole sequences; queries, keys and values stay the caller's. */
export type Attend = (layers: Layers, query: Tensor, key: Tensor, value: Tensor, sizes: AttentionSizes) => Tensor

/** One way to compute attention. */
export interface Kernel {
  /** The kernel that torch takes in its place, where it cannot compute attention of such sizes. */
  readonly fallback: (sizes: AttentionSizes, isValueAsWideAsKey: boolean) => AttentionKernel | undefined
  readonly attend: Attend
  /** Whether the output comes in the order that the output projection takes; otherwise it is copied. */
  readonly isInOrder: (sizes: AttentionSizes) => boolean
}
