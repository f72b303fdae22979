import type { Diagnostic } from '../manifest/index.js'

/** The lines that diagnostics point at, kept so that a format can show them without holding every file. */
export class SourceLines {
  readonly #lines = new Map<string, string>()

  /** Keeps the lines of one file that its diagnostics point at. */
  keep(file: string, bytes: Uint8Array, diagnostics: readonly Diagnostic[]): void {
    if (diagnostics.length === 0) return
    const wanted = new Set(diagnostics.map(({ line }) => line))
    const text = new TextDecoder().decode(bytes)
    for (let line = 1, start = 0; start <= text.length && wanted.size > 0; line += 1) {
      const newline = text.indexOf('\n', start)
      const end = newline < 0 ? text.length : newline
      if (wanted.delete(line)) this.#lines.set(`${line} ${file}`, text.slice(start, end).replace(/\r$/, ''))
      start = end + 1
    }
  }

  /** A line's text; `undefined` for one that was not kept. */
  line(file: string, line: number): string | undefined {
    return this.#lines.get(`${line} ${file}`)
  }
}
