import type { Excerpt } from './redaction/excerpt.js'
import type { Place } from './source-text.js'

/** The result of a check. Every output format is made from it. */

/** Errors fail a check. Warnings fail it only with `--max-warnings`; infos never do. */
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
  | 'missing_file'
  | 'config_invalid'

/** One problem and its place. Lines and columns count from 1, columns in UTF-16 code units. The end is exclusive. */
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
  /** The path inside the document. In a list of entities it starts with the index. */
  readonly loc: readonly (string | number)[]
  readonly message: string
  readonly help: string
  /** The page of the rule or the error. */
  readonly url: string
  /** A second place that belongs to the problem: the first of two equal keys, the misspelt key of a missing field. */
  readonly related?: readonly RelatedPlace[]
  /** How to correct the file, if that can be done safely. */
  readonly fix?: Fix
}

/** A second place of a diagnostic, and what it shows. */
export interface RelatedPlace extends Place {
  readonly message: string
}

/** A correction of the file: all edits together. They do not overlap. */
export interface Fix {
  /** What it does: `rename "fileste" to "fileset"`. */
  readonly title: string
  readonly edits: readonly TextEdit[]
}

/** Replaces a stretch of the file with a text. */
export interface TextEdit extends Place {
  readonly text: string
}

/** A diagnostic that the file or a baseline silences. It is not listed and counts only as suppressed. */
export interface SuppressedDiagnostic {
  readonly diagnostic: Diagnostic
  readonly excerpt: Excerpt | undefined
  /** `inSource`: by a comment. `external`: by a baseline. */
  readonly kind: 'inSource' | 'external'
  /** The reason that the comment gives. */
  readonly justification?: string
}

/** Totals: what was checked, and what was found. */
export interface CheckSummary {
  readonly files: number
  readonly documents: number
  readonly errors: number
  readonly warnings: number
  readonly infos: number
  /** How many files are not manifests and were not checked. */
  readonly skipped: number
  /** How many diagnostics a comment or a baseline silences. */
  readonly suppressed: number
  /** How many problems were fixed before the check. Absent unless fixes were asked for. */
  readonly fixed?: number
  /** How many diagnostics are counted but not listed. */
  readonly hidden: number
}

/** The diagnostics of one manifest. */
export interface ManifestCheck {
  /** Sorted by place, at most `maxDiagnostics`. */
  readonly diagnostics: readonly Diagnostic[]
  /** The source line of each diagnostic, with secrets masked. */
  readonly excerpts: readonly Excerpt[]
  /** The number of diagnostics of each severity, including those that are not listed. */
  readonly counts: Readonly<Record<DiagnosticSeverity, number>>
  readonly documents: number
  /** The number of empty documents. */
  readonly emptyDocuments: number
  /** The number of documents that are not models. Only a search in a folder skips them; `documents` does not count them. */
  readonly skippedDocuments: number
  /** The diagnostics that comments silence, at most `maxDiagnostics`. */
  readonly suppressed: readonly SuppressedDiagnostic[]
  /** The number of all diagnostics that comments silence. */
  readonly suppressedCount: number
}

/** Adds up the checks of several files. A file counts as skipped if all its documents are. */
export function summaryOf(checks: Iterable<ManifestCheck>): CheckSummary {
  const total = { files: 0, documents: 0, errors: 0, warnings: 0, infos: 0, skipped: 0, suppressed: 0, hidden: 0 }
  for (const check of checks) {
    const { counts, documents, diagnostics } = check
    if (isSkipped(check)) total.skipped += 1
    else total.files += 1
    total.documents += documents
    total.errors += counts.error
    total.warnings += counts.warning
    total.infos += counts.info
    total.suppressed += check.suppressedCount
    total.hidden += counts.error + counts.warning + counts.info - diagnostics.length
  }
  return total
}

/** Whether none of the documents of a file is a model. */
export function isSkipped({ documents, emptyDocuments, skippedDocuments }: ManifestCheck): boolean {
  return skippedDocuments > 0 && documents === emptyDocuments
}
