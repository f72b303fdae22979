import type { FittingChanges, Gpu, GpuPlan, MemoryEstimate } from '../../../estimate/index.js'

/** One run: its label in a sweep, and the memory it needs. */
export interface EstimateRow {
  readonly label: string
  readonly estimate: MemoryEstimate
  readonly fits: boolean
}

/** What `estimate` prints. */
export interface EstimateReport {
  readonly name: string
  readonly family: string
  readonly method: string
  readonly gpu: Gpu
  /** One run, or every run of a sweep. */
  readonly rows: readonly EstimateRow[]
  /** The fewest GPUs for the run; absent for a sweep. */
  readonly plan?: GpuPlan
  /** What would make the run fit; absent if it fits, and for a sweep. */
  readonly changes?: FittingChanges
  readonly notes: readonly string[]
}
