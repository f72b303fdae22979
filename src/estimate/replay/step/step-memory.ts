import type { PartBytes, Peak } from '../memory-ledger.js'

/** The memory of a step: its peak, and what is live when backward begins. */
export interface StepMemory {
  readonly peak: Peak
  readonly afterForward: Readonly<PartBytes>
}
