import type { EagerAttention } from '../../../architecture/index.js'
import type { AttentionKernel } from '../../kernels.js'
import type { ComputeDtype } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'

/** The sizes of one attention call. */
export interface AttentionSizes {
  readonly batch: number
  readonly sequence: number
  /** The tokens that are attended to, if not those of the sequence. */
  readonly keys?: number
  /** How often the kernel runs, for a part of the queries each time. Default: once. */
  readonly runs?: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  /** How the family implements eager attention. */
  readonly eager: Required<EagerAttention>
  /** The dtype that scores and values are computed in. */
  readonly dtype: ComputeDtype
  /** Whether scores are capped with a tanh (Gemma 2). */
  readonly cappedScores: boolean
  /** Whether a sliding window is shorter than the sequence. */
  readonly masked: boolean
  /** The mask that eager attention adds to its scores. */
  readonly mask?: Tensor
  /** A score of each head that no token has, if there is one (gpt-oss). */
  readonly sinks?: Tensor
  /** The boolean mask that eager attention applies to its scores. */
  readonly chosen?: Tensor
  /** The bias that the other kernels add to their scores: ALiBi, including the mask. */
  readonly bias?: Tensor
  /** Whether eager attention sets a part of its weights to zero. Default: no. */
  readonly drops?: boolean
  /** Whether the bias is a mask that transformers passes on, so that it repeats keys and values itself. */
  readonly isMaskGiven?: boolean
  /** Whether the boolean mask is one for all sequences. Default: each has its own. */
  readonly isMaskShared?: boolean
  /** Whether the mask has one row for each sequence, which is not repeated for its queries. */
  readonly isMaskOfKeys?: boolean
  /** Whether the kernel gets a copy of the mask whose rows are whole multiples of 8 elements. */
  readonly alignsMask?: boolean
  /** Whether heads are wider than the kernels share keys and values for, so that transformers 5 repeats these itself. */
  readonly isWide?: boolean
  /** Receives the attention weights that eager attention also returns. */
  readonly keepWeights: (weights: Tensor) => void
  /** Receives what the code names until attention returns. */
  readonly hold?: (...tensors: readonly Tensor[]) => void
  /** Whether the values of a head are not contiguous: they come from a projection, not from a cache. */
  readonly valuesApart: boolean
  /** Whether the kernel gets the single key-value head as it is, and broadcasts it (Falcon). */
  readonly broadcasts?: boolean
  /** Whether the code goes on with the output of eager attention in the order of the heads. Default: it is copied into that of the tokens. */
  readonly staysApart?: boolean
  /** Whether the output comes transposed, as it does if the queries were concatenated. */
  readonly exchanged: boolean
}

/** Attention over whole sequences. The caller keeps queries, keys and values. */
export type Attend = (layers: Layers, query: Tensor, key: Tensor, value: Tensor, sizes: AttentionSizes) => Tensor

/** One way to compute attention. */
export interface Kernel {
  /** The kernel that torch uses instead if this one does not support the sizes. */
  readonly fallback: (sizes: AttentionSizes, isValueAsWideAsKey: boolean) => AttentionKernel | undefined
  readonly attend: Attend
  /** Whether the output has the memory order that the output projection needs; otherwise it is copied. */
  readonly isInOrder: (sizes: AttentionSizes) => boolean
}
