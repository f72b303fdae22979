import type { CheckSummary, Diagnostic, Excerpt, SuppressedDiagnostic } from '../../../manifest/index.js'

/** What was found in one file. */
export interface CheckedFile {
  readonly name: string
  /** Sorted by place. */
  readonly diagnostics: readonly Diagnostic[]
  /** The source line of each diagnostic, where there is one. */
  readonly excerpts: readonly (Excerpt | undefined)[]
  readonly suppressed: readonly SuppressedDiagnostic[]
  /** The column of a place counted in UTF-8 bytes. Fastest if the places come in order. */
  readonly byteColumn: (line: number, column: number) => number
}

/** The totals of a check, known when it ends. */
export interface CheckEnd {
  readonly summary: CheckSummary
  readonly emptyDocuments: number
  /** Why the check fails: `3 errors`. Undefined if it does not. */
  readonly failure?: string
}

/** A format prints a check file by file, so that the whole output is never in memory. */
export interface CheckFormatter {
  /** Whether a file of which there is nothing to tell is printed too. */
  readonly listsAll?: true
  begin(): string
  /** The next file, in pieces. One of which there is nothing to tell may be left out, unless the format lists all. */
  file(file: CheckedFile): Iterable<string>
  end(end: CheckEnd): string
}

/** A format that prints each diagnostic on its own, without regard to the file. */
export function eachDiagnostic(
  print: (one: Diagnostic, excerpt: Excerpt | undefined, index: number) => string,
): CheckFormatter['file'] {
  let index = 0
  return function* ({ diagnostics, excerpts }) {
    for (const [at, one] of diagnostics.entries()) {
      yield print(one, excerpts[at], index)
      index += 1
    }
  }
}

/** A diagnostic as one sentence: its path and its message. */
export function sentenceOf({ loc, message }: Diagnostic): string {
  return loc.length === 0 ? message : `${loc.join('.')}: ${message}`
}
