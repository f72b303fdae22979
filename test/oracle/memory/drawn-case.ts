import type { MemoryOptions } from '../../../src/estimate/index.js'
import type { Recorder } from './recorders.js'

/** Options of a case as its recorder reads them: of a pipeline, the stage too. */
export type CaseOptions = MemoryOptions & { readonly stage?: number }

/** Random options of an axis, and the program that records them. */
export interface DrawnCase {
  readonly recorder: Recorder
  readonly options: CaseOptions
}
