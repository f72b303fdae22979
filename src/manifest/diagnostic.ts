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
}

/** The diagnostics of one manifest. */
export interface ManifestCheck {
  /** In the order of their places. */
  readonly diagnostics: readonly Diagnostic[]
  readonly documents: number
  /** Documents in which nothing is written. */
  readonly emptyDocuments: number
}

/** Counts diagnostics by severity. */
export function summaryOf(files: number, documents: number, diagnostics: readonly Diagnostic[]): CheckSummary {
  const count = (severity: DiagnosticSeverity) => diagnostics.filter((one) => one.severity === severity).length
  return { files, documents, errors: count('error'), warnings: count('warning'), infos: count('info') }
}
