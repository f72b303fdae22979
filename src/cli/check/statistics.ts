import type { Diagnostic, DiagnosticSeverity } from '../../manifest/index.js'
import { count } from '../formats/numbers.js'

/** Counts diagnostics by their code. */
export class Statistics {
  readonly #counts = new Map<string, { severity: DiagnosticSeverity; count: number }>()

  /** Adds the diagnostics of a file. */
  add(diagnostics: readonly Diagnostic[]): void {
    for (const { code, severity } of diagnostics) {
      const key = `${severity} ${code}`
      const known = this.#counts.get(key)
      if (known === undefined) this.#counts.set(key, { severity, count: 1 })
      else known.count += 1
    }
  }

  /** A table: count, severity and code, the most frequent first. Empty without diagnostics. */
  toString(): string {
    const rows = [...this.#counts].map(([key, { count: times }]) => ({ key, times }))
    rows.sort((one, other) => other.times - one.times || (one.key < other.key ? -1 : 1))
    const width = Math.max(0, ...rows.map(({ times }) => count(times).length))
    return rows.map(({ key, times }) => `${count(times).padStart(width)} ${key}\n`).join('')
  }
}
