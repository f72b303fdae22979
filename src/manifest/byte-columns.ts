import type { SourceText } from './source-text.js'

/**
 * Converts columns from UTF-16 code units to UTF-8 bytes. Remembers the last place: the next one in the same line is counted
 * from there, so that all places of a long line together take linear time.
 */
export function byteColumns(source: SourceText): (line: number, column: number) => number {
  let last = { line: 0, column: 1, bytes: 1 }
  return (line, column) => {
    const from = last.line === line ? last : { line, column: 1, bytes: 1 }
    const start = source.offsetOf(line, Math.min(from.column, column))
    const end = source.offsetOf(line, Math.max(from.column, column))
    const between = utf8Length(source.text, start, end)
    last = { line, column, bytes: from.bytes + (column < from.column ? -between : between) }
    return last.bytes
  }
}

function utf8Length(text: string, start: number, end: number): number {
  let length = 0
  for (let at = start; at < end; at += 1) {
    const unit = text.charCodeAt(at)
    // The two halves of a surrogate pair are four bytes together.
    length += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3
  }
  return length
}
