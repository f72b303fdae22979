import type { Span } from '../source-node.js'
import type { SourceText } from '../source-text.js'
import type { Redaction } from './redaction.js'

/** The line that a diagnostic points at, as it may be shown: secrets are masked, and of a long line a part is left. */
export interface Excerpt {
  readonly before: string
  /** What the diagnostic points at, as far as it stands in this line; empty at the end of one. */
  readonly token: string
  readonly after: string
  readonly isCutBefore: boolean
  readonly isCutAfter: boolean
}

/** The widest part of a line that is shown, in UTF-16 code units. */
const WIDTH = 100

/** How much of a long line is shown before the token. */
const LEAD = 20

/** The excerpt of a text that a span points at. */
export function excerptOf(source: SourceText, redaction: Redaction, span: Span): Excerpt {
  const { text } = source
  const at = Math.min(span.start, text.length)
  const line = source.lineAround(at)
  const start = Math.min(at, line.end)
  const end = Math.min(Math.max(span.end, start + 1), line.end)
  const from = start - line.start < WIDTH - LEAD ? line.start : wholeBefore(text, start - LEAD)
  const to = wholeBefore(text, Math.min(line.end, from + WIDTH))
  const tokenEnd = Math.max(start, Math.min(end, to))
  return {
    before: redaction.shown({ start: from, end: start }, line),
    token: redaction.shown({ start, end: tokenEnd }, line),
    after: redaction.shown({ start: tokenEnd, end: Math.max(to, tokenEnd) }, line),
    isCutBefore: from > line.start,
    isCutAfter: to < line.end,
  }
}

/** An offset that does not part a surrogate pair. */
function wholeBefore(text: string, offset: number): number {
  const isInside = /[\ud800-\udbff]/.test(text.charAt(offset - 1)) && /[\udc00-\udfff]/.test(text.charAt(offset))
  return isInside ? offset - 1 : offset
}
