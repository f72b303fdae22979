import type { AttentionKernel } from '../../../kernels.js'
import type { GroupedArrays } from '../../arrays/grouped-arrays.js'
import type { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { FusedCall } from './fused-attention.js'

/** What attention with code of its own needs. */
export interface AttentionRun {
  readonly arrays: GroupedArrays
  /** The variables of the function. */
  readonly names: Names
  /** The full name of its module. */
  readonly name: string
  readonly batch: number
  readonly tokens: number
  readonly heads: number
  readonly headDim: number
  /** The heads of keys and values. */
  readonly kvHeads: number
  /** The mask that is added to scores. */
  readonly mask: Shaped
  /** Whether attention is computed operation by operation. */
  readonly isEager: boolean
  /** The kernel of attention. */
  readonly kernel: AttentionKernel
  /** Attention of a fused kernel: `[batch, heads, tokens, features]`, in the memory order that it gives them. */
  readonly attended: (query: Shaped, key: Shaped, value: Shaped, how?: FusedCall) => Shaped
  /** Keeps keys and values for the cache of a prefill, without a copy. */
  readonly keptAsTheyAre: (...arrays: readonly Shaped[]) => void
  /** A view of the model's table of cosines and sines. */
  readonly tableOf: (shape: readonly number[]) => Shaped
  /** Rotates two arrays in place of their names. */
  readonly rotate: (names: Names, both: readonly [string, string]) => void
  /** Whether keys and values are cached. */
  readonly caches: boolean
  /** Keys or values as the cache gives them back: a copy in a prefill, themselves in training. */
  readonly cached: (array: Shaped) => Shaped
  /** Weights, or the output, of which the run may have dropped a part. */
  readonly dropped: (what: 'attention' | 'attended', array: Shaped) => Shaped
  /** Keeps weights alive until the layer has returned, or the next one if layers return them. */
  readonly keep: (weights: Shaped) => void
}
