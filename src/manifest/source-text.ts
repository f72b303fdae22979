import type { Span } from './source-node.js'

/** A place in a text: lines and columns from 1, columns in UTF-16 code units, the end exclusive. */
export interface Place {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** A text with an index of its lines. Lines end at `\n` and `\r\n` only. A byte order mark is not part of the text. */
export class SourceText {
  readonly text: string
  /** Made when a place is first asked for: a file without diagnostics needs none. */
  #madeLineStarts: Uint32Array | undefined

  constructor(text: string) {
    this.text = text.startsWith('\ufeff') ? text.slice(1) : text
  }

  get #lineStarts(): Uint32Array {
    this.#madeLineStarts ??= lineStartsOf(this.text)
    return this.#madeLineStarts
  }

  /** The place of a span. */
  placeOf({ start, end }: Span): Place {
    const [line, column] = this.#position(Math.min(start, this.text.length))
    const [endLine, endColumn] = this.#position(Math.min(Math.max(start, end), this.text.length))
    return { line, column, endLine, endColumn }
  }

  /** The offset of a line and a column. */
  offsetOf(line: number, column: number): number {
    return Math.min((this.#lineStarts[line - 1] ?? this.text.length) + column - 1, this.text.length)
  }

  /** The number of lines. */
  get lineCount(): number {
    return this.#lineStarts.length
  }

  /** The text of a line, without its line end. */
  line(number: number): string {
    const start = this.#lineStarts[number - 1]
    if (start === undefined) return ''
    const bounds = this.lineAround(start)
    return this.text.slice(bounds.start, bounds.end)
  }

  /** The bounds of the line that contains an offset, without its line end. */
  lineAround(offset: number): Span {
    const [line] = this.#position(offset)
    const start = this.#lineStarts[line - 1] ?? 0
    const next = this.#lineStarts[line]
    const end = next === undefined ? this.text.length : next - 1
    return { start, end: this.text[end - 1] === '\r' ? end - 1 : end }
  }

  #position(offset: number): [line: number, column: number] {
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return [low + 1, offset - (this.#lineStarts[low] ?? 0) + 1]
  }
}

/** Counted first: a list that grows would take several times as much memory, and a file may have millions of lines. */
function lineStartsOf(text: string): Uint32Array {
  let count = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1
  const starts = new Uint32Array(count)
  let index = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    index += 1
    starts[index] = at + 1
  }
  return starts
}

/** The decoded text, or where the bytes stop being UTF-8. */
export type DecodedText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly before: string }

/** Decodes bytes as UTF-8 only. UTF-16 is refused, even with a byte order mark. */
export function decodeUtf8(bytes: Uint8Array): DecodedText {
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { ok: false, before: validPrefix(bytes) }
  }
}

/** The text before the first byte that is not UTF-8. */
function validPrefix(bytes: Uint8Array): string {
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const encoder = new TextEncoder()
  // A U+FFFD in the file decodes as itself. The first one that is not in the file marks the invalid bytes.
  for (let at = lenient.indexOf('\ufffd'), offset = 0, from = 0; at >= 0; at = lenient.indexOf('\ufffd', at + 1)) {
    offset += encoder.encode(lenient.slice(from, at)).length
    if (bytes[offset] !== 0xef || bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd) return lenient.slice(0, at)
    offset += 3
    from = at + 1
  }
  return lenient
}
