import type { ReadDocument } from '../file-error.js'
import type { QuickValue } from '../quick-json.js'
import type { SourceNode, Span } from '../source-node.js'
import { quickDocument } from './quick-document.js'
import { quickYamlValue } from './quick-value.js'

/** Whether the documents of a text may be simple. */
export function mayBeSimple(text: string): boolean {
  return !NOT_SIMPLE.test(text)
}

/** What no simple document has: control characters, marks, line ends of Windows, directives, the end marker. */
const NOT_SIMPLE = /[^\t\n\x20-\x7e\xa0-\u2027\u2030-\ufefe\uff00-\uffff]|^(?:%|\.\.\.)/m

/**
 * Reads the documents of a text one by one, so that each can be released once it is checked. From the first document that
 * is not simple on, another reader takes over: it gets the number of documents that are read already.
 *
 * @param readAll - reads all documents of the text
 */
export function* quickDocuments(text: string, readAll: () => Iterable<ReadDocument>): Generator<ReadDocument> {
  let count = 0
  for (const stretch of stretchesOf(text)) {
    const document = readQuickly(text, stretch)
    if (document === undefined) {
      let index = 0
      for (const document of readAll()) {
        if (index >= count) yield document
        index += 1
      }
      return
    }
    yield document
    count += 1
  }
}

/**
 * The values of the documents of a text, one by one. Undefined instead of a document that is not simple, or empty: then the
 * rest is not read.
 */
export function* quickYamlValues(text: string): Generator<QuickValue | undefined> {
  for (const stretch of stretchesOf(text)) yield quickYamlValue(text, stretch)
}

function readQuickly(text: string, stretch: Span): ReadDocument | undefined {
  const quick = quickYamlValue(text, stretch)
  if (quick !== undefined) return new QuickYamlDocument(text, stretch, quick)
  const root = quickDocument(text, stretch)
  return root && { kind: 'value', root }
}

/** A document whose places are read when they are needed. */
class QuickYamlDocument {
  readonly kind = 'value'
  readonly quick: QuickValue
  readonly #text: string
  readonly #stretch: Span
  #root: SourceNode | undefined

  constructor(text: string, stretch: Span, quick: QuickValue) {
    this.#text = text
    this.#stretch = stretch
    this.quick = quick
  }

  get root(): SourceNode {
    this.#root ??= quickDocument(this.#text, this.#stretch)
    if (this.#root === undefined) throw new Error('the places of a document that was read cannot be found')
    return this.#root
  }
}

/** The stretches between the lines `---`. Comments before the first one belong to its document. */
function* stretchesOf(text: string): Generator<Span> {
  let start = 0
  let isFirst = true
  for (let marker = markerFrom(text, 0); marker >= 0; marker = markerFrom(text, marker + 1)) {
    if (!isFirst || !NOTHING.test(text.slice(0, marker))) yield { start, end: marker }
    isFirst = false
    const newline = text.indexOf('\n', marker)
    start = newline < 0 ? text.length : newline + 1
    const rest = text.slice(marker + 3, newline < 0 ? text.length : newline)
    // Content on the line of the marker is left to the other reader: it does not start a line.
    if (!/^ *(?: #.*)?$/.test(rest)) start = marker
  }
  yield { start, end: text.length }
}

/** The offset of the next marker line. */
function markerFrom(text: string, from: number): number {
  // Most files have no marker, which takes the least time to find so.
  if (from === 0 && !text.includes('---')) return -1
  const marker = new RegExp(MARKER)
  marker.lastIndex = from
  return marker.exec(text)?.index ?? -1
}

const MARKER = /^---(?= |$)/gm

/** Only blank lines and comments. */
const NOTHING = /^(?: *(?:#[^\n]*)?\n)*$/
