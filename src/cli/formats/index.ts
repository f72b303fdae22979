import type { CheckSummary, Diagnostic } from '../../manifest/index.js'
import type { SourceLines } from '../source-lines.js'
import { json } from './json.js'
import { pretty } from './pretty.js'

/** What a format prints. */
export interface CheckReport {
  readonly summary: CheckSummary
  readonly emptyDocuments: number
  readonly diagnostics: readonly Diagnostic[]
  readonly sources: SourceLines
}

/** The output formats of `check`, by name. */
export const CHECK_FORMATS = { pretty, json } as const satisfies Record<string, (report: CheckReport) => string>

/** The name of an output format of `check`. */
export type CheckFormat = keyof typeof CHECK_FORMATS
