import type { ServingPlan } from '../../../estimate/index.js'

/** What `serving` prints. */
export interface ServingReport {
  readonly name: string
  readonly family: string
  readonly plan: ServingPlan
  /** What `inspect` notes about the model. */
  readonly notes: readonly string[]
}
