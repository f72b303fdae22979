import type { SourceEntry, SourceMapping, Span } from '../source-node.js'

/** New places for the entries of one mapping. */
export interface Reordering {
  /** The stretches of the entries, in the order of the text. */
  readonly slots: readonly Span[]
  /** For each slot, which entry comes there. */
  readonly wanted: readonly number[]
  /** In a block mapping whose first key stands behind a dash: the blanks that stand before the other keys. */
  readonly indent?: string
  /** Whether each slot is whole lines. */
  readonly isBlock: boolean
}

/** How to bring the entries of a mapping into another order. Undefined if something stands between them that is not theirs. */
export function reorderingOf(mapping: SourceMapping, wanted: readonly number[], text: string): Reordering | undefined {
  const isFlow = text[mapping.span?.start ?? -1] === '{'
  return isFlow ? flowReordering(mapping, wanted, text) : blockReordering(mapping, wanted, text)
}

/** The text with its mappings reordered. Mappings inside others are reordered too. */
export function withReorderings(text: string, reorderings: readonly Reordering[]): string {
  const sorted = [...reorderings].sort((one, other) => startOf(one) - startOf(other))
  let next = 0

  function written(start: number, end: number): string {
    let made = ''
    let at = start
    for (let one = sorted[next]; one !== undefined && startOf(one) < end; one = sorted[next]) {
      next += 1
      made += text.slice(at, startOf(one)) + reordered(one)
      at = endOf(one)
    }
    return made + text.slice(at, end)
  }

  function reordered({ slots, wanted, indent = '', isBlock }: Reordering): string {
    const pieces = slots.map(({ start, end }) => written(start, end))
    if (!isBlock) {
      const ordered = inOrder(pieces, wanted)
      return slots.map(({ end }, slot) => `${ordered[slot]}${text.slice(end, slots[slot + 1]?.start ?? end)}`).join('')
    }
    const lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
    const isEnded = pieces.at(-1)?.endsWith('\n') === true
    const lines = pieces.map((piece, entry) => {
      const whole = piece.endsWith('\n') ? piece : piece + lineEnd
      return entry === 0 ? indent + whole : whole
    })
    const all = inOrder(lines, wanted).join('').slice(indent.length)
    return isEnded ? all : all.slice(0, -lineEnd.length)
  }

  return written(0, text.length)
}

function inOrder(pieces: readonly string[], wanted: readonly number[]): string[] {
  return wanted.flatMap((entry) => pieces.slice(entry, entry + 1))
}

function startOf({ slots }: Reordering): number {
  return slots[0]?.start ?? 0
}

function endOf({ slots }: Reordering): number {
  return slots.at(-1)?.end ?? 0
}

function flowReordering({ entries }: SourceMapping, wanted: readonly number[], text: string): Reordering | undefined {
  const slots = entries.map((entry) => ({ start: entry.keySpan.start, end: valueEnd(entry) }))
  const isApart = slots.every(({ end }, index) => {
    const next = slots[index + 1]
    return next === undefined || /^\s*,\s*$/.test(text.slice(end, next.start))
  })
  return isApart && !slots.some(({ start, end }) => text.slice(start, end).includes('#'))
    ? { slots, wanted, isBlock: false }
    : undefined
}

function blockReordering({ entries }: SourceMapping, wanted: readonly number[], text: string): Reordering | undefined {
  const [first] = entries
  if (first === undefined) return undefined
  const firstLine = lineStart(text, first.keySpan.start)
  const before = text.slice(firstLine, first.keySpan.start)
  const isAlone = /^ *$/.test(before)
  const indent = ' '.repeat(before.length)
  // A byte order mark, a document marker, an anchor or a tag before the first key is not part of it.
  if (!isAlone && !/^(?: *- +)+$/.test(before)) return undefined
  const starts: number[] = []
  let end = firstLine
  for (const [index, entry] of entries.entries()) {
    const line = lineStart(text, entry.keySpan.start)
    const isOwnLine = text.slice(line, entry.keySpan.start) === indent || index === 0
    if (!isOwnLine || entry.keySpan.start < end) return undefined
    const start = commentsAbove(text, line, indent, end)
    // Whether a comment above the first key is about it or about the whole mapping cannot be told.
    if (index === 0) {
      if (commentsAbove(text, line, indent, 0) !== line && wanted[0] !== 0) return undefined
      starts.push(isAlone ? line : entry.keySpan.start)
    } else starts.push(start)
    // A comment above a key cannot stand behind a dash.
    if (index === wanted[0] && !isAlone && start !== line) return undefined
    end = valueEnd(entry)
  }
  const slots = starts.map((start, index) => ({ start, end: starts[index + 1] ?? lineEnd(text, end) }))
  return { slots, wanted, isBlock: true, ...(!isAlone && { indent }) }
}

/** The start of the comment lines directly above a line, with the same indentation. Not before an offset. */
function commentsAbove(text: string, line: number, indent: string, from: number): number {
  let start = line
  while (start > 0) {
    const above = lineStart(text, start - 1)
    if (above < from || !text.slice(above, start).startsWith(`${indent}#`)) return start
    start = above
  }
  return start
}

function valueEnd({ keySpan, value }: SourceEntry): number {
  return Math.max(keySpan.end, value.span?.end ?? 0)
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end < 0 ? text.length : end + 1
}
