import type { MemoryOptions } from '../../estimate/index.js'
import type { JobKeys } from './job-keys.js'

/** What a job file says about a run. */
export interface Job {
  /** The name of the format, for people. */
  readonly format: string
  /** The model that it names, if it names one. */
  readonly model?: string
  readonly options: MemoryOptions
  /** Whether the job shares the model over ranks whose number it does not say. */
  readonly needsRanks?: boolean
}

/** A format of job files. */
export interface JobFormat {
  readonly name: string
  /** Keys of which at least one is in every file of this format, and in no other. */
  readonly marks: readonly string[]
  /** Keys that change nothing that an estimate counts; a star stands for the rest of a name. */
  readonly noEffect: readonly string[]
  /** Reads the keys that change the estimate. Keys that it does not ask for, and that `noEffect` does not have, are warned about. */
  readonly read: (keys: JobKeys) => Job
}
