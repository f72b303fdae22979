import type { Span } from '../source-node.js'

/** A replacement in a text. */
export interface SpanEdit {
  readonly span: Span
  readonly text: string
}

/** The text with its edits made. Undefined if two of them overlap. */
export function withEdits(text: string, edits: readonly SpanEdit[]): string | undefined {
  const pieces: string[] = []
  let at = 0
  for (const { span, text: inserted } of [...edits].sort((one, other) => one.span.start - other.span.start)) {
    if (span.start < at) return undefined
    pieces.push(text.slice(at, span.start), inserted)
    at = span.end
  }
  return pieces.join('') + text.slice(at)
}
