import type { Excerpt } from './redaction/excerpt.js'

/** What a check tells: the shape that every output format begins with. */

/** Errors fail a check; warnings and infos do not, unless they are counted. */
export type DiagnosticSeverity = 'error' | 'warning' | 'info'

/** Why a file, or a document in it, cannot be read as data. */
export type ManifestErrorCode =
  | 'yaml_syntax'
  | 'json_invalid'
  | 'duplicate_key'
  | 'not_utf8'
  | 'unreadable_file'
  | 'too_deep'
  | 'too_large'
  | 'alias_bomb'

/** One thing to tell, and where. Lines and columns count from 1, columns in UTF-16 code units; the end is exclusive. */
export interface Diagnostic {
  readonly file: string
  /** The document in the file, from 0: a YAML document, or a line of JSON Lines. */
  readonly document: number
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  readonly severity: DiagnosticSeverity
  /** The service's error type, a lint rule, or a {@link ManifestErrorCode}. */
  readonly code: string
  /** The path inside the document; in a list of entities it begins with the index. */
  readonly loc: readonly (string | number)[]
  readonly message: string
  readonly help: string
}

/** How much was checked, and what was found. */
export interface CheckSummary {
  readonly files: number
  readonly documents: number
  readonly errors: number
  readonly warnings: number
  readonly infos: number
  /** How many of these are counted and not listed; absent where all are listed. */
  readonly hidden?: number
}

/** The diagnostics of one manifest. */
export interface ManifestCheck {
  /** In the order of their places; no more than `maxDiagnostics`. */
  readonly diagnostics: readonly Diagnostic[]
  /** The line that each diagnostic points at, as it may be shown. */
  readonly excerpts: readonly Excerpt[]
  /** How many there are of each severity, those included that are not listed. */
  readonly counts: Readonly<Record<DiagnosticSeverity, number>>
  readonly documents: number
  /** Documents in which nothing is written. */
  readonly emptyDocuments: number
}

/** Adds up the checks of several files. */
export function summaryOf(checks: Iterable<ManifestCheck>): CheckSummary {
  const total = { files: 0, documents: 0, errors: 0, warnings: 0, infos: 0 }
  let listed = 0
  for (const { counts, documents, diagnostics } of checks) {
    total.files += 1
    total.documents += documents
    total.errors += counts.error
    total.warnings += counts.warning
    total.infos += counts.info
    listed += diagnostics.length
  }
  const hidden = total.errors + total.warnings + total.infos - listed
  return hidden === 0 ? total : { ...total, hidden }
}
