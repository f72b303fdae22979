import type { Gpu, GpuPlan, MemoryEstimate } from '../../../estimate/index.js'

/** One run: what tells it from the others of a sweep, and what it takes. */
export interface EstimateRow {
  readonly label: string
  readonly estimate: MemoryEstimate
  readonly fits: boolean
}

/** What `estimate` tells. */
export interface EstimateReport {
  readonly name: string
  readonly family: string
  readonly method: string
  readonly gpu: Gpu
  /** One run, or all runs of a sweep. */
  readonly rows: readonly EstimateRow[]
  /** The fewest GPUs for the run; absent for a sweep. */
  readonly plan?: GpuPlan
  readonly notes: readonly string[]
}
