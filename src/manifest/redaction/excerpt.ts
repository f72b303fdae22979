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
  /** The line above and the line below, up to the same length. Absent where the file has none. */
  readonly lineBefore?: string
  readonly lineAfter?: string
  /** The source lines of the diagnostic's related places, in their order. */
  readonly related?: readonly Excerpt[]
}

/** The most UTF-16 code units of a line to show. */
const WIDTH = 100

/** How much of a long line to show before the token. */
const LEAD = 20

/** What an excerpt shows beyond its line. */
export interface ExcerptOptions {
  /** Whether the neighbouring lines are shown. Those of JSON Lines are other documents. */
  readonly hasContext: boolean
  readonly related: readonly Span[]
}

/** The excerpt of a text for a span. */
export function excerptOf(
  source: SourceText,
  redaction: Redaction,
  span: Span,
  { hasContext, related }: ExcerptOptions,
): Excerpt {
  const { text } = source
  const at = Math.min(span.start, text.length)
  const line = source.lineAround(at)
  const start = Math.min(at, line.end)
  const end = Math.min(Math.max(span.end, start + 1), line.end)
  const from = start - line.start < WIDTH - LEAD ? line.start : wholeBefore(text, start - LEAD)
  const to = wholeBefore(text, Math.min(line.end, from + WIDTH))
  const tokenEnd = Math.max(start, Math.min(end, to))
  const context = hasContext ? contextOf(source, redaction, line) : {}
  return {
    before: redaction.shown({ start: from, end: start }, line),
    token: redaction.shown({ start, end: tokenEnd }, line),
    after: redaction.shown({ start: tokenEnd, end: Math.max(to, tokenEnd) }, line),
    isCutBefore: from > line.start,
    isCutAfter: to < line.end,
    ...context,
    ...(related.length > 0 && {
      related: related.map((each) => excerptOf(source, redaction, each, { hasContext: false, related: [] })),
    }),
  }
}

/** The line above and the line below a line. */
function contextOf(source: SourceText, redaction: Redaction, line: Span): Pick<Excerpt, 'lineBefore' | 'lineAfter'> {
  const next = source.text.indexOf('\n', line.end) + 1
  return {
    ...(line.start > 0 && { lineBefore: contextLine(source, redaction, source.lineAround(line.start - 1)) }),
    ...(next > 0 &&
      next < source.text.length && { lineAfter: contextLine(source, redaction, source.lineAround(next)) }),
  }
}

/** How much of a line to search for secrets that begin in the part that is shown. */
const SEARCHED = 4000

/** The start of a line. Only a part of a very long one is searched for secrets: the lines of JSON may be megabytes. */
function contextLine({ text }: SourceText, redaction: Redaction, line: Span): string {
  const end = wholeBefore(text, Math.min(line.end, line.start + WIDTH))
  return redaction.shown(
    { start: line.start, end },
    { start: line.start, end: Math.min(line.end, line.start + SEARCHED) },
  )
}

/** Moves an offset so that it does not split a surrogate pair. */
function wholeBefore(text: string, offset: number): number {
  return (text.codePointAt(offset - 1) ?? 0) > 0xffff ? offset - 1 : offset
}
