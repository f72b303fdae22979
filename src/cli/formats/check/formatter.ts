import type { CheckSummary, Diagnostic, Excerpt } from '../../../manifest/index.js'

/** How a check ended. */
export interface CheckEnd {
  readonly summary: CheckSummary
  readonly emptyDocuments: number
  /** How many diagnostics were printed. */
  readonly listed: number
}

/** A format prints a check in parts, so that no output is ever held whole. */
export interface CheckFormatter {
  begin(): string
  /** One diagnostic; `index` counts those that were printed before it. */
  diagnostic(one: Diagnostic, excerpt: Excerpt | undefined, index: number): string
  end(end: CheckEnd): string
}
