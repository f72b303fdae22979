/**
 * Finds where the documents of a YAML text begin and end, without reading them. A line that begins with `---` or `...`
 * is a marker wherever it stands: no scalar can contain it (YAML 1.2.2, production `c-forbidden`).
 */

import type { Span } from '../source-node.js'

/** A document with its marker, its directives and the comments above it. */
export interface Stretch extends Span {
  /** Where its content begins: behind `---`. */
  readonly body: number
  /** Where its content ends: at `...`. */
  readonly bodyEnd: number
  /** Whether there is nothing but comments and blank lines above and below the content. */
  readonly isBare: boolean
}

/** The documents of a text, one by one. There is at least one. */
export function* stretchesOf(text: string): Generator<Stretch> {
  const markers = new Markers(text)
  let start = 0
  for (let prefix = prefixFrom(text, 0); ; ) {
    const body = prefix.marker >= 0 ? prefix.marker + 3 : start
    const marker = markers.after(prefix.marker >= 0 ? prefix.marker : prefix.end - 1)
    const isBare = prefix.isSimple && (isLineStart(text, start) || prefix.end > start)
    if (marker === undefined) {
      yield { start, end: text.length, body, bodyEnd: text.length, isBare }
      return
    }
    if (!marker.isEnd) {
      yield { start, end: marker.cut, body, bodyEnd: marker.cut, isBare }
      start = marker.cut
      prefix = { end: marker.at, marker: marker.at, isSimple: true, hasDirectives: false }
      continue
    }
    const cut = marker.at + 3
    prefix = prefixFrom(text, cut)
    const isLast = prefix.end === text.length && !prefix.hasDirectives
    yield { start, end: isLast ? text.length : cut, body, bodyEnd: marker.at, isBare }
    if (isLast) return
    start = cut
  }
}

/** What may stand above a document. */
interface Prefix {
  /** Where it ends: at the content, at the marker, or at the end of the text. */
  readonly end: number
  /** The `---` that follows, or -1. */
  readonly marker: number
  readonly hasDirectives: boolean
  /** Whether it has only comments and blank lines, and `%YAML 1.2` at most. */
  readonly isSimple: boolean
}

function prefixFrom(text: string, from: number): Prefix {
  const directives: string[] = []
  const prefix = (end: number, isMarked: boolean): Prefix => {
    const hasDirectives = directives.length > 0
    const isSimple = !hasDirectives || (isMarked && /^%YAML 1\.2\r?\n$/.test(directives.join('')))
    return { end, marker: isMarked ? end : -1, hasDirectives, isSimple }
  }
  for (let line = from; line < text.length; ) {
    const start = text[line] === MARK ? line + 1 : line
    if (isMarker(text, start, '---')) return prefix(start, true)
    const newline = text.indexOf('\n', line)
    const next = newline < 0 ? text.length : newline + 1
    if (text[start] === '%') directives.push(text.slice(line, Math.min(next, line + LONGEST_SIMPLE)))
    else if (!isNothing(text, start)) return prefix(line, false)
    line = next
  }
  return prefix(text.length, false)
}

/** Longer directives are not simple. */
const LONGEST_SIMPLE = 20

/** Whether a line is blank or a comment. */
function isNothing(text: string, start: number): boolean {
  let at = start
  while (text[at] === ' ' || text[at] === '\t') at += 1
  if (text[at] === '\r' && (text[at + 1] === '\n' || at + 1 === text.length)) at += 1
  return at === text.length || text[at] === '\n' || text[at] === '#'
}

interface Marker {
  readonly at: number
  /** Where the document before it ends: a byte order mark and the comments behind that belong to the next one. */
  readonly cut: number
  /** Whether it is `...`. */
  readonly isEnd: boolean
}

/** The markers of a text, in order. */
class Markers {
  readonly #text: string
  readonly #hasMarks: boolean
  #start = -1
  #end = -1

  constructor(text: string) {
    this.#text = text
    this.#hasMarks = text.indexOf(MARK, 1) >= 0
  }

  /** The first marker behind an offset. */
  after(offset: number): Marker | undefined {
    if (this.#start <= offset) this.#start = this.#find('---', offset)
    if (this.#end <= offset) this.#end = this.#find('...', offset)
    const at = Math.min(this.#start, this.#end)
    if (at === Number.POSITIVE_INFINITY) return undefined
    return { at, cut: this.#hasMarks ? markedCut(this.#text, at) : at, isEnd: at === this.#end }
  }

  #find(marker: '---' | '...', offset: number): number {
    const text = this.#text
    for (let at = text.indexOf(marker, offset + 1); at >= 0; at = text.indexOf(marker, at + 1)) {
      const isFirst = isLineStart(text, at) || (marker === '---' && text[at - 1] === MARK && isLineStart(text, at - 1))
      if (isFirst && isMarker(text, at, marker)) return at
    }
    return Number.POSITIVE_INFINITY
  }
}

function isLineStart(text: string, at: number): boolean {
  return at === 0 || text.charCodeAt(at - 1) === NEWLINE
}

function isMarker(text: string, at: number, marker: '---' | '...'): boolean {
  return text.startsWith(marker, at) && (at + 3 === text.length || ' \t\r\n'.includes(text.charAt(at + 3)))
}

/** Where a document begins whose marker is at an offset: at the first byte order mark above it, if only comments follow that. */
function markedCut(text: string, marker: number): number {
  let cut = text[marker - 1] === MARK ? marker - 1 : marker
  for (let end = cut - 1; end > 0; ) {
    const start = text.lastIndexOf('\n', end - 1) + 1
    const isMarked = start > 0 && text[start] === MARK
    if (!/^[ \t\r]*(?:#|$)/.test(text.slice(isMarked ? start + 1 : start, end))) break
    if (isMarked) cut = start
    end = start - 1
  }
  return cut
}

const MARK = '\ufeff'
const NEWLINE = 0x0a
