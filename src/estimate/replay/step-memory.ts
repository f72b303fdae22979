import type { PartBytes, Peak } from './memory-ledger.js'

/** What a step needs: its peak, and what is live when backward begins. */
export interface StepMemory {
  readonly peak: Peak
  readonly afterForward: Readonly<PartBytes>
}
