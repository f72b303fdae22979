import type { CheckSummary, Diagnostic, Excerpt } from '../../manifest/index.js'
import { json } from './json.js'
import { pretty } from './pretty.js'

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

/** The output formats of `check`, by name. */
export const CHECK_FORMATS = { pretty, json } as const satisfies Record<string, () => CheckFormatter>

/** The name of an output format of `check`. */
export type CheckFormat = keyof typeof CHECK_FORMATS
