import type { SchemaName } from '../../schemas/index.js'
import type { ConfigChoice } from './config-files.js'

/** What the flags say about a check. */
export interface CheckChoices {
  readonly model?: SchemaName
  /** The name of an entity that has none. */
  readonly name?: string
  /** The workspace that requests belong to. */
  readonly workspace: string
  readonly maxDiagnostics: number
  readonly exclude: readonly string[]
  readonly usesGitRules: boolean
  /** Whether named files count as found in a folder. */
  readonly isForced: boolean
  readonly config: ConfigChoice
  /** The name of standard input. */
  readonly stdinFilename?: string
  /** Whether all entities are in the files of this check. */
  readonly complete: boolean
  readonly target?: 'nemo-cli'
  /** Which of the files to check: those that Git knows to have changed since a commit, or what is staged. */
  readonly only?: { readonly kind: 'changed'; readonly ref: string | undefined } | { readonly kind: 'staged' }
  /** The folder of the cache. Undefined if nothing is cached. */
  readonly cache?: string
  /** How many threads check files. Default: as many as pay. */
  readonly jobs?: number
  /** The files that are written by this check: a report is not a manifest. */
  readonly reports: readonly string[]
}
