import type { KernelPeak, MemoryLedger, OpenStretch, PartBytes, Peak, Stretch } from '../memory-ledger.js'
import type { Sharding } from '../sharding/sharding.js'
import type { Leaf } from '../tape.js'

/** A rank on which a run that was noted on another one is counted. */
export interface Rank {
  readonly ledger: MemoryLedger
  readonly sharding: Sharding
  /** In the same order as on the other one. */
  readonly leaves: readonly Leaf[]
  readonly open: OpenStretch[]
  /** Its stretches, by those of the other one. */
  readonly stretches: Map<Stretch, Stretch>
  /** The peak before the last micro-batches. */
  before: { readonly peak: Peak; readonly kernelPeak: KernelPeak }
  afterForward: PartBytes
}

/** What happens in the course of a run, again on another rank. */
export type Note = (rank: Rank) => void
