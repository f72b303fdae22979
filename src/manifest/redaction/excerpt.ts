import type { Span } from '../source-node.js'
import type { SourceText } from '../source-text.js'
import type { Redaction } from './redaction.js'

/** The source line of a diagnostic, ready to show: secrets are masked, and a long line is cut. */
export interface Excerpt {
  readonly before: string
  /** The part of the marked text that is in this line. Empty at the end of a line. */
  readonly token: string
  readonly after: string
  readonly isCutBefore: boolean
  readonly isCutAfter: boolean
}

/** The most UTF-16 code units of a line to show. */
const WIDTH = 100

/** How much of a long line to show before the token. */
const LEAD = 20

/** The excerpt of a text for a span. */
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

/** Moves an offset so that it does not split a surrogate pair. */
function wholeBefore(text: string, offset: number): number {
  const isInside = /[\ud800-\udbff]/.test(text.charAt(offset - 1)) && /[\udc00-\udfff]/.test(text.charAt(offset))
  return isInside ? offset - 1 : offset
}
