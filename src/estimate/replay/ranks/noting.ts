import type { ReplayModel } from '../replay-model.js'
import type { Allocated } from '../step/static-memory.js'
import type { NotedLedger } from './noted-ledger.js'

/** Notes a training step as it is replayed. */
export interface Noting {
  readonly ledger: NotedLedger
  /** Begins, with what a run holds between its steps. */
  begin(model: ReplayModel, allocated: Allocated): void
  /** The first micro-batches are done, whose peak does not count with the others. */
  endRollout(): void
  /** A forward pass is done. */
  endForward(): void
  /** Ends: the step of the optimizer depends on the rank. */
  end(): void
}
