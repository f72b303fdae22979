import { byteColumns } from '../byte-columns.js'
import type { CheckedSource } from '../check-source.js'
import type { Diagnostic, DiagnosticSeverity, ManifestCheck } from '../diagnostic.js'
import type { Excerpt } from '../redaction/excerpt.js'
import { SourceText } from '../source-text.js'

/** The checks of the parts of a file, as one check. Keeps a limited number of diagnostics, the most severe ones. */
export class MergedChecks {
  readonly #most: number
  readonly #columns = new Map<string, number>()
  readonly #counts: Record<DiagnosticSeverity, number> = { error: 0, warning: 0, info: 0 }
  readonly #seen = { documents: 0, emptyDocuments: 0, skippedDocuments: 0 }
  #kept: Listed[] = []

  constructor(most: number) {
    this.#most = most
  }

  /** How many diagnostics of the next part may be kept. */
  get room(): number {
    return Math.max(0, this.#most - this.#counts.error)
  }

  /**
   * Adds the next part.
   *
   * @param lines - how many lines come before it
   * @param documents - how many documents come before it
   */
  add({ check, source }: CheckedSource, lines: number, documents = lines): void {
    for (const severity of ['error', 'warning', 'info'] as const) this.#counts[severity] += check.counts[severity]
    this.#seen.documents += check.documents
    this.#seen.emptyDocuments += check.emptyDocuments
    this.#seen.skippedDocuments += check.skippedDocuments
    const columnOf = byteColumns(source)
    for (const [index, diagnostic] of check.diagnostics.entries()) {
      for (const { line, column } of placesOf(diagnostic)) {
        this.#columns.set(`${line + lines}:${column}`, columnOf(line, column))
      }
      // A copy: texts that are parts of the file would keep all of it in memory.
      const listed: Listed = JSON.parse(JSON.stringify({ diagnostic, excerpt: check.excerpts[index] }))
      this.#kept.push({ ...listed, diagnostic: moved(listed.diagnostic, lines, documents) })
    }
    if (this.#kept.length > 2 * this.#most) this.#cut()
  }

  /** The check of all parts. */
  result(): CheckedSource {
    this.#cut()
    const check: ManifestCheck = {
      ...this.#seen,
      diagnostics: this.#kept.map(({ diagnostic }) => diagnostic),
      excerpts: this.#kept.map(({ excerpt }) => excerpt),
      counts: this.#counts,
      suppressed: [],
      suppressedCount: 0,
    }
    const byteColumn = (line: number, column: number) => this.#columns.get(`${line}:${column}`) ?? column
    return { check, source: new SourceText(''), byteColumn }
  }

  #cut(): void {
    if (this.#kept.length <= this.#most) return
    const bySeverity = (['error', 'warning', 'info'] as const).flatMap((severity) =>
      this.#kept.filter(({ diagnostic }) => diagnostic.severity === severity),
    )
    const chosen = new Set(bySeverity.slice(0, this.#most))
    this.#kept = this.#kept.filter((listed) => chosen.has(listed))
  }
}

interface Listed {
  readonly diagnostic: Diagnostic
  readonly excerpt: Excerpt
}

type Lines = Pick<Diagnostic, 'line' | 'endLine'>

function moved(diagnostic: Diagnostic, lines: number, documents: number): Diagnostic {
  const down = <Part extends Lines>(part: Part): Part => ({
    ...part,
    ...{ line: part.line + lines, endLine: part.endLine + lines },
  })
  const { related, fix } = diagnostic
  return {
    ...down(diagnostic),
    document: diagnostic.document + documents,
    ...(related && { related: related.map(down) }),
    ...(fix && { fix: { ...fix, edits: fix.edits.map(down) } }),
  }
}

/** Where a diagnostic and its parts begin and end. */
function* placesOf(diagnostic: Diagnostic): Generator<{ readonly line: number; readonly column: number }> {
  for (const place of [diagnostic, ...(diagnostic.related ?? []), ...(diagnostic.fix?.edits ?? [])]) {
    yield place
    yield { line: place.endLine, column: place.endColumn }
  }
}
