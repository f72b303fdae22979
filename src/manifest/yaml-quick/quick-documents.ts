import type { ReadDocument } from '../file-error.js'
import { quickDocument } from './quick-document.js'

/**
 * Reads the documents of a text one by one, so that each can be released once it is checked. From the first document that
 * is not simple on, another reader takes over: it gets the number of documents that are read already.
 *
 * @param readAll - reads all documents of the text
 */
export function* quickDocuments(text: string, readAll: () => Iterable<ReadDocument>): Generator<ReadDocument> {
  let count = 0
  for (const { start, end } of stretchesOf(text)) {
    const root = quickDocument(text, { start, end })
    if (root === undefined) {
      let index = 0
      for (const document of readAll()) {
        if (index >= count) yield document
        index += 1
      }
      return
    }
    yield { kind: 'value', root }
    count += 1
  }
}

/** The stretches between the lines `---`. Comments before the first one belong to its document. */
function* stretchesOf(text: string): Generator<{ readonly start: number; readonly end: number }> {
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
  const marker = new RegExp(MARKER)
  marker.lastIndex = from
  return marker.exec(text)?.index ?? -1
}

const MARKER = /^---(?= |$)/gm

/** Only blank lines and comments. */
const NOTHING = /^(?: *(?:#[^\n]*)?\n)*$/
