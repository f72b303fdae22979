import type { Storage } from '../memory-ledger.js'
import type { Leaf } from '../tape.js'

/** The group of all parameters outside decoder layers. */
export const ROOT = ''

/** The group of parameters that are gathered one by one. */
export const ALONE = 'alone'

/** The end of the names of groups of experts that ranks divide. */
export const EXPERTS = '.experts'

/** One parameter to share. */
export interface ShardedParameter {
  readonly shape: readonly number[]
  /** Bytes of a stored element. */
  readonly width: number
  /** How many of them are shared: the scales of a packed weight are not. */
  readonly sharedWidth: number
  /** How many parameters of its layer it stands for. */
  readonly inLayer: number
  /** How many layers like its own there are. */
  readonly layers: number
  /** Whether it is behind the layers, if it is in none: the head, and the last norm. */
  readonly isBehind: boolean
  /** Whether no module reads it. */
  readonly isUnused: boolean
}

/** Parameters that are gathered together: those of one decoder layer, or all the rest (the root). */
export interface Group {
  /** Bytes of all its parameters, each padded to a multiple of the ranks, in the dtype that they are gathered in. */
  gatheredBytes: number
  /** Bytes of the shard in the dtype that it is gathered in, if it is cast for that. */
  castBytes: number
  /** Its parameters on one rank, and what is cast of them. */
  readonly parameters: { readonly bytes: number; readonly castBytes: number }[]
  /** The ranks that share it. */
  readonly ranks: number
  /** Whether it is experts that ranks divide: a group within a layer, which fewer ranks share. */
  readonly isOfExperts: boolean
  readonly leaves: OwnedLeaf[]
  /** How many layers like its own there are. */
  layers: number
  gather?: Storage
  /** The whole flat gradient of earlier micro-batches. */
  flat?: Storage
  whole?: Storage
}

export interface OwnedLeaf {
  readonly leaf: Leaf
  /** Elements of the whole parameter, padded to a multiple of the ranks, and of those like it in its layer. */
  readonly padded: number
  /** Bytes of an element of its gradient. */
  readonly width: number
}
