import type { Fix } from '../diagnostic.js'
import type { ReadDocument } from '../file-error.js'
import { SourceText } from '../source-text.js'
import { acceptAll } from './accept-all.js'
import { type SpanEdit, withEdits } from './edits.js'
import { hasSameData } from './same-data.js'

/** A text with some of its fixes applied. */
export interface FixedText {
  readonly text: string
  readonly applied: readonly Fix[]
}

/**
 * Applies fixes to a text. The result has the same data but for them: a fix that would change anything else is left out, such
 * as one of two that give the same name.
 *
 * @param read - reads the documents of a text
 */
export function applyFixes(
  text: string,
  fixes: readonly Fix[],
  read: (text: string) => readonly ReadDocument[],
): FixedText {
  const source = new SourceText(text)
  const before = read(source.text)
  const attempt = (some: readonly Fix[]): string | undefined => {
    const edits = editsOf(some, source)
    const changed = withEdits(source.text, edits)
    if (changed === undefined) return undefined
    const tokens = new Map(edits.map(({ span, text: token }) => [span.start, token]))
    return hasSameData(before, read(changed), { tokens, text: changed }) ? changed : undefined
  }
  const { accepted, result } = acceptAll(fixes, attempt)
  const mark = text.slice(0, text.length - source.text.length)
  return { text: mark + (result ?? source.text), applied: accepted }
}

/** The edits of fixes, each once: a value that is told twice is written once. */
function editsOf(fixes: readonly Fix[], source: SourceText): SpanEdit[] {
  const edits = new Map<string, SpanEdit>()
  for (const { line, column, endLine, endColumn, text } of fixes.flatMap((fix) => fix.edits)) {
    const span = { start: source.offsetOf(line, column), end: source.offsetOf(endLine, endColumn) }
    edits.set(`${span.start} ${span.end} ${text}`, { span, text })
  }
  return [...edits.values()]
}
