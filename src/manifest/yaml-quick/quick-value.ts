/**
 * Reads the value of a simple document without its places. It takes a part of the documents that {@link quickDocument}
 * takes, with the same value. Most documents need no more: places are only shown where something is reported.
 */

import type { QuickValue } from '../quick-json.js'
import type { Span } from '../source-node.js'
import { isWord, quickScalar } from './quick-scalar.js'

/** The value of a document. Undefined if it is not simple, has a key twice, or an integer written with a fraction. */
export function quickYamlValue(text: string, { start, end }: Span): QuickValue | undefined {
  return new ValueReader(text, start, end).read()
}

/** Deeper documents are left to other readers. */
const MAX_DEPTH = 50

/** What is read is not simple. */
const NOT_SIMPLE = Symbol('not simple')

type Fields = Record<string, unknown>

class ValueReader {
  readonly #text: string
  readonly #end: number
  /** The next line with content: where it starts, its first character, and its end. */
  #line = 0
  #at = 0
  #lineEnd: number
  /** The column of the first character. -1 at the end. */
  #indent = 0

  constructor(text: string, start: number, end: number) {
    this.#text = text
    this.#end = end
    this.#lineEnd = start - 1
  }

  read(): QuickValue | undefined {
    this.#nextLine()
    if (this.#indent < 0) return undefined
    const value = this.#block(0)
    return value === NOT_SIMPLE || this.#indent >= 0 ? undefined : { value }
  }

  /** Goes to the next line that is neither blank nor a comment. */
  #nextLine(): void {
    const text = this.#text
    const end = this.#end
    for (let line = this.#lineEnd + 1; line < end; line = this.#lineEnd + 1) {
      const newline = text.indexOf('\n', line)
      this.#lineEnd = newline < 0 || newline > end ? end : newline
      let at = line
      while (text.charCodeAt(at) === SPACE) at += 1
      if (at < this.#lineEnd && text.charCodeAt(at) !== HASH) {
        this.#line = line
        this.#at = at
        this.#indent = at - line
        return
      }
    }
    this.#indent = -1
  }

  #block(depth: number): unknown {
    if (depth > MAX_DEPTH) return NOT_SIMPLE
    return this.#isItem() ? this.#sequence(depth) : this.#mapping(depth)
  }

  #isItem(): boolean {
    return this.#text.charCodeAt(this.#at) === DASH && this.#text.charCodeAt(this.#at + 1) === SPACE
  }

  #mapping(depth: number): unknown {
    const indent = this.#indent
    const fields: Fields = {}
    while (this.#indent === indent) {
      const colon = keyEnd(this.#text, this.#at, this.#lineEnd)
      if (colon < 0) return NOT_SIMPLE
      const key = this.#text.slice(this.#at, colon)
      if ((key.length <= LONGEST_WORD && isWord(key)) || key === '__proto__' || Object.hasOwn(fields, key)) {
        return NOT_SIMPLE
      }
      const value = this.#value(colon + 1, indent, depth)
      if (value === NOT_SIMPLE) return NOT_SIMPLE
      fields[key] = value
    }
    return this.#indent > indent ? NOT_SIMPLE : fields
  }

  /** The value behind a colon: on the same line, or a block on the lines below. */
  #value(from: number, indent: number, depth: number): unknown {
    const at = this.#afterBlanks(from)
    if (at < this.#lineEnd && this.#text.charCodeAt(at) !== HASH) return this.#scalar(at, indent)
    if (at < this.#lineEnd && at === from) return NOT_SIMPLE
    this.#nextLine()
    return this.#indent > indent || (this.#indent === indent && this.#isItem()) ? this.#block(depth + 1) : null
  }

  #sequence(depth: number): unknown {
    const indent = this.#indent
    const items: unknown[] = []
    while (this.#indent === indent && this.#isItem()) {
      const item = this.#item(this.#afterBlanks(this.#at + 1), indent, depth)
      if (item === NOT_SIMPLE) return NOT_SIMPLE
      items.push(item)
    }
    return this.#indent > indent ? NOT_SIMPLE : items
  }

  #item(at: number, indent: number, depth: number): unknown {
    if (at >= this.#lineEnd || this.#text.charCodeAt(at) === HASH || depth > MAX_DEPTH) return NOT_SIMPLE
    if (keyEnd(this.#text, at, this.#lineEnd) < 0) return this.#scalar(at, indent)
    this.#at = at
    this.#indent = at - this.#line
    return this.#mapping(depth + 1)
  }

  /** A scalar on one line. A deeper line below it would continue it, or be an error. */
  #scalar(at: number, indent: number): unknown {
    const value = scalarValue(this.#text, at, this.#lineEnd)
    if (value === NOT_SIMPLE) return NOT_SIMPLE
    this.#nextLine()
    return this.#indent > indent ? NOT_SIMPLE : value
  }

  #afterBlanks(from: number): number {
    let at = from
    while (at < this.#lineEnd && this.#text.charCodeAt(at) === SPACE) at += 1
    return at
  }
}

/** The colon behind a key, or -1 if no key of letters, digits, `_`, `-` and `.` stands there. */
function keyEnd(text: string, from: number, lineEnd: number): number {
  if (!startsKey(text.charCodeAt(from))) return -1
  let at = from + 1
  while (isOfWord(text.charCodeAt(at))) at += 1
  return text.charCodeAt(at) === COLON && (at + 1 === lineEnd || text.charCodeAt(at + 1) === SPACE) ? at : -1
}

/** Reads at once what most scalars are: an integer, or a text that no version of YAML reads otherwise. */
function scalarValue(text: string, at: number, lineEnd: number): unknown {
  const first = text.charCodeAt(at)
  if (first >= ONE && first <= NINE && lineEnd - at <= MOST_DIGITS) {
    let value = 0
    for (let digit = at; ; digit += 1) {
      if (digit === lineEnd) return value
      const code = text.charCodeAt(digit) - ZERO
      if (code < 0 || code > 9) break
      value = value * 10 + code
    }
  } else if (isLetter(first) && lineEnd - at > LONGEST_WORD) {
    let end = at + 1
    while (end < lineEnd && isOfText(text.charCodeAt(end))) end += 1
    if (end === lineEnd) return text.slice(at, lineEnd)
  }
  const scalar = quickScalar(text, at, lineEnd)
  if (scalar?.kind === 'sequence') return []
  if (scalar?.kind === 'mapping') return {}
  if (scalar === undefined || hasFraction(scalar.spelling, scalar.value)) return NOT_SIMPLE
  return scalar.value
}

/** Whether a number looks like a fraction and is an integer, or is `-0`: its spelling counts. */
function hasFraction(spelling: string | undefined, value: unknown): boolean {
  return spelling !== undefined && spelling !== String(value) && Number.isInteger(value)
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)
}

function startsKey(code: number): boolean {
  return isLetter(code) || code === UNDERSCORE
}

function isOfWord(code: number): boolean {
  return isLetter(code) || (code >= ZERO && code <= NINE) || code === UNDERSCORE || code === DASH || code === DOT
}

/** A character that means nothing inside of a plain scalar, and is no blank. */
function isOfText(code: number): boolean {
  return isOfWord(code) || code === SLASH
}

const SPACE = 0x20
const HASH = 0x23
const DASH = 0x2d
const DOT = 0x2e
const SLASH = 0x2f
const ZERO = 0x30
const ONE = 0x31
const NINE = 0x39
const COLON = 0x3a
const UNDERSCORE = 0x5f

/** The longest word that some version of YAML reads as a boolean or null. */
const LONGEST_WORD = 5

/** Integers of so many digits are exact. */
const MOST_DIGITS = 15
