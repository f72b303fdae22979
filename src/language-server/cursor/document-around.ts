import type { ManifestFormat } from '../../manifest/index.js'
import type { Span } from '../../manifest/source-node.js'

/** The document of a text that contains an offset: what is being written in it does not depend on the others. */
export function documentAround(text: string, offset: number, format: ManifestFormat): Span {
  if (format === 'json') return { start: 0, end: text.length }
  if (format === 'jsonl') {
    const end = text.indexOf('\n', offset)
    return { start: text.lastIndexOf('\n', offset - 1) + 1, end: end < 0 ? text.length : end }
  }
  let start = 0
  for (const { index } of text.matchAll(MARKER)) {
    if (index > offset) return { start, end: index }
    start = index
  }
  return { start, end: text.length }
}

/** All documents of a text. */
export function documentsOf(text: string, format: ManifestFormat): Span[] {
  if (format === 'json') return [{ start: 0, end: text.length }]
  const starts = format === 'yaml' ? [...text.matchAll(MARKER)] : [...text.matchAll(/\n/g)]
  const offsets = starts.map(({ index }) => (format === 'yaml' ? index : index + 1)).filter((start) => start > 0)
  return [0, ...offsets].map((start, index) => ({ start, end: offsets[index] ?? text.length }))
}

/** What begins or ends a document. Nothing that a document contains can start a line like this: YAML 1.2.2, production 206. */
const MARKER = /^(?:---|\.\.\.)(?=\s|$)/gm
