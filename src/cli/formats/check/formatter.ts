import type { CheckSummary, Diagnostic, Excerpt } from '../../../manifest/index.js'

/** The totals of a check, known when it ends. */
export interface CheckEnd {
  readonly summary: CheckSummary
  readonly emptyDocuments: number
  /** How many diagnostics were printed. */
  readonly listed: number
}

/** A format prints a check piece by piece, so that the whole output is never in memory. */
export interface CheckFormatter {
  begin(): string
  /** One diagnostic; `index` is the number of diagnostics printed before it. */
  diagnostic(one: Diagnostic, excerpt: Excerpt | undefined, index: number): string
  end(end: CheckEnd): string
}
