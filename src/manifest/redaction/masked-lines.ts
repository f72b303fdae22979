import type { ReadDocument } from '../file-error.js'
import { SourceText } from '../source-text.js'
import { Redaction } from './redaction.js'

/** The lines of a text as they may be shown: with their line ends, secrets masked. */
export function maskedLines(text: string, documents: Iterable<ReadDocument>): string[] {
  const source = new SourceText(text)
  const redaction = new Redaction(source.text)
  for (const document of documents) {
    if (document.kind === 'value') redaction.addDocument(document.root)
    else if (document.kind === 'errors') redaction.addText()
  }
  const lines: string[] = []
  for (let start = 0; start < source.text.length; ) {
    const newline = source.text.indexOf('\n', start)
    const end = newline < 0 ? source.text.length : newline + 1
    const line = source.lineAround(start)
    lines.push(redaction.shown(line, line) + source.text.slice(line.end, end))
    start = end
  }
  return lines
}
