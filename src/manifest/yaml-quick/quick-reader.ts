/**
 * Reads the documents that most manifests are: mappings, sequences and scalars, in blocks and in brackets. Reading them with
 * `yaml` takes ten times as long and much more memory. Anything else is left to `yaml`: tags, complex keys, unusual anchors,
 * and whatever may be an error. The reader never guesses.
 */

import { Anchors, LONGEST_WITH_ANCHORS } from './anchors.js'
import {
  AMPERSAND,
  BAR,
  COLON,
  DASH,
  DOUBLE_QUOTE,
  GREATER,
  HASH,
  isBlank,
  isLetter,
  isOfWord,
  LESS,
  OPEN_BRACE,
  OPEN_BRACKET,
  SINGLE_QUOTE,
  SPACE,
  STAR,
  UNDERSCORE,
} from './characters.js'
import { FlowReader } from './flow-reader.js'
import { Lines } from './lines.js'
import { blockScalar, continuedPlain, plainLine, quotedLines } from './long-scalars.js'
import { type Made, type Maker, REFUSED } from './maker.js'
import { closingQuote, isWord, LONGEST_KEY, plain, quickScalar, quotedValue, startsPlain } from './scalars.js'
import type { Stretch } from './stretches.js'

/** A document without content. */
export const EMPTY = Symbol('empty')

/** Deeper documents are left to `yaml`, which knows the limit. */
const MAX_DEPTH = 50

/** Reads one document. */
export class QuickReader<Node, Fields, Items> {
  readonly #lines: Lines
  readonly #maker: Maker<Node, Fields, Items>
  #flow: FlowReader<Node, Fields, Items> | undefined
  #anchors: Anchors<Made<Node>> | undefined
  readonly #length: number
  /** The key that was read last, and where it ends. */
  #key = ''
  #keyEnd = 0

  constructor(text: string, { body, bodyEnd }: Stretch, maker: Maker<Node, Fields, Items>) {
    this.#lines = new Lines(text, body, bodyEnd)
    this.#length = bodyEnd - body
    this.#maker = maker
  }

  /** @param isMarked - whether the body stands behind a marker, on its line */
  read(isMarked: boolean): Made<Node> | typeof EMPTY {
    const lines = this.#lines
    const root = isMarked && lines.step() ? this.#behindMarker() : this.#nextRoot()
    return lines.indent < 0 && !lines.hasTab ? root : REFUSED
  }

  #nextRoot(): Made<Node> | typeof EMPTY {
    this.#lines.advance()
    return this.#lines.indent < 0 ? EMPTY : this.#block(-1, 0)
  }

  /** On the line of the marker, there may be a collection in brackets. */
  #behindMarker(): Made<Node> | typeof EMPTY {
    const lines = this.#lines
    if (lines.isRestEmpty(lines.start)) return this.#nextRoot()
    const at = lines.afterBlanks(lines.start)
    return isOpening(lines.text.charCodeAt(at)) ? this.#inBrackets(at, -1) : REFUSED
  }

  /** What begins at the cursor. `parent` is the column of the collection around it. */
  #block(parent: number, depth: number): Made<Node> {
    const lines = this.#lines
    if (depth > MAX_DEPTH) return REFUSED
    if (this.#isItem(lines.at)) return this.#sequence(depth)
    if (isOpening(lines.text.charCodeAt(lines.at))) return this.#inBrackets(lines.at, parent)
    const colon = this.#colonAfterKey(lines.at)
    if (colon >= 0) return this.#mapping(colon, depth)
    const isBlockScalar = '|>'.includes(lines.text.charAt(lines.at))
    return parent < 0 || isBlockScalar ? REFUSED : this.#scalar(lines.at, parent)
  }

  #isItem(at: number): boolean {
    const { text, end } = this.#lines
    return text.charCodeAt(at) === DASH && (at + 1 === end || text.charCodeAt(at + 1) === SPACE)
  }

  #mapping(firstColon: number, depth: number): Made<Node> {
    const lines = this.#lines
    const maker = this.#maker
    const { indent } = lines
    const fields = maker.fields(lines.at)
    let colon = firstColon
    let merged: Node | undefined
    do {
      if (colon < 0) return REFUSED
      const start = lines.at
      if (lines.text.charCodeAt(start) === LESS) {
        const source = merged === undefined ? this.#merged(fields, colon + 1, indent) : REFUSED
        if (source === REFUSED) return REFUSED
        merged = source
      } else {
        const key = this.#key
        const keyEnd = this.#keyEnd
        const value = this.#value(colon + 1, indent, depth)
        if (value === REFUSED || !maker.entry(fields, key, start, keyEnd, value)) return REFUSED
      }
      if (lines.indent === indent) colon = this.#colonAfterKey(lines.at)
    } while (lines.indent === indent)
    return lines.indent > indent ? REFUSED : maker.mapping(fields, undefined, merged)
  }

  /** What a merge key merges: a mapping that an alias names. */
  #merged(fields: Fields, from: number, indent: number): Made<Node> {
    const lines = this.#lines
    const at = lines.afterBlanks(from)
    if (at >= lines.end || lines.text.charCodeAt(at) !== STAR) return REFUSED
    const end = this.#wordEnd(at + 1)
    const source = this.#alias(at, indent)
    return source !== REFUSED && this.#maker.merge(fields, source, end) ? source : REFUSED
  }

  /** The colon behind a key, or -1 if there is no simple key. */
  #colonAfterKey(start: number): number {
    const { text, end } = this.#lines
    const first = text.charCodeAt(start)
    let colon: number
    if (isLetter(first) || first === UNDERSCORE) {
      colon = start + 1
      while (isOfWord(text.charCodeAt(colon))) colon += 1
      if (!this.#isColon(colon)) return -1
      this.#keyEnd = colon
      this.#key = text.slice(start, colon)
      if (isWord(this.#key)) return -1
    } else if (first === DOUBLE_QUOTE || first === SINGLE_QUOTE) {
      const close = closingQuote(text, start, end)
      if (close < 0) return -1
      colon = this.#lines.afterBlanks(close + 1)
      const key = this.#isColon(colon) ? quotedValue(text, start, close) : undefined
      if (key === undefined) return -1
      this.#keyEnd = close + 1
      this.#key = key
    } else if (first === LESS && text.charCodeAt(start + 1) === LESS && this.#isColon(start + 2)) return start + 2
    else return -1
    return colon - start > LONGEST_KEY ? -1 : colon
  }

  #isColon(at: number): boolean {
    const { text, end } = this.#lines
    return at < end && text.charCodeAt(at) === COLON && (at + 1 === end || isBlank(text.charCodeAt(at + 1)))
  }

  /** The value behind a colon: on the same line, or a block on the lines below. */
  #value(from: number, indent: number, depth: number): Made<Node> {
    const lines = this.#lines
    const at = lines.afterBlanks(from)
    const code = at < lines.end ? lines.text.charCodeAt(at) : HASH
    if (code === AMPERSAND) return this.#anchored(at, indent, depth, true)
    if (code === STAR) return this.#alias(at, indent)
    if (code !== HASH) return this.#scalar(at, indent)
    lines.advance()
    if (lines.indent > indent || (lines.indent === indent && this.#isItem(lines.at))) {
      return this.#block(indent, depth + 1)
    }
    return this.#maker.nothing(at, at)
  }

  /** What an anchor names: on its line, or a block on the lines below. */
  #anchored(at: number, indent: number, depth: number, isValue: boolean): Made<Node> {
    const lines = this.#lines
    const nameEnd = this.#wordEnd(at + 1)
    if (nameEnd < 0 || this.#length > LONGEST_WITH_ANCHORS) return REFUSED
    this.#anchors ??= new Anchors()
    return this.#anchors.named(lines.text.slice(at + 1, nameEnd), () => {
      if (!lines.isRestEmpty(nameEnd)) return this.#scalar(lines.afterBlanks(nameEnd), indent)
      lines.advance()
      const isBelow = lines.indent > indent || (isValue && lines.indent === indent && this.#isItem(lines.at))
      return isBelow ? this.#block(indent, depth + 1) : REFUSED
    })
  }

  /** What an alias stands for. Nothing else may stand on its line, and nothing below it. */
  #alias(at: number, parent: number): Made<Node> {
    const lines = this.#lines
    const end = this.#wordEnd(at + 1)
    if (end < 0 || !lines.isRestEmpty(end)) return REFUSED
    const target = this.#anchors?.target(lines.text.slice(at + 1, end)) ?? REFUSED
    lines.advance()
    return target === REFUSED || lines.indent > parent ? REFUSED : this.#maker.aliased(target, at, end)
  }

  /** The end of the name of an anchor, or -1 if it is unusual. */
  #wordEnd(start: number): number {
    const { text, end } = this.#lines
    let at = start
    while (at < end && isOfWord(text.charCodeAt(at))) at += 1
    return at > start && (at === end || isBlank(text.charCodeAt(at))) ? at : -1
  }

  #sequence(depth: number): Made<Node> {
    const lines = this.#lines
    const maker = this.#maker
    const { indent } = lines
    const items = maker.items(lines.at)
    while (lines.indent === indent && this.#isItem(lines.at)) {
      const item = this.#item(lines.at, indent, depth)
      if (item === REFUSED) return REFUSED
      maker.item(items, item)
    }
    return lines.indent > indent ? REFUSED : maker.sequence(items, undefined)
  }

  #item(dash: number, indent: number, depth: number): Made<Node> {
    const lines = this.#lines
    const at = lines.afterBlanks(dash + 1)
    const code = lines.text.charCodeAt(at)
    if (at >= lines.end || code === HASH) {
      lines.advance()
      return lines.indent > indent ? this.#block(indent, depth + 1) : this.#maker.nothing(dash, dash + 1)
    }
    if (code === AMPERSAND) return this.#anchored(at, indent, depth, false)
    if (code === STAR) return this.#alias(at, indent)
    if (isOpening(code) || code === BAR || code === GREATER) return this.#scalar(at, indent)
    const isItem = this.#isItem(at)
    const colon = isItem ? -1 : this.#colonAfterKey(at)
    if (!isItem && colon < 0) return this.#scalar(at, indent)
    if (depth >= MAX_DEPTH || lines.text.slice(dash, at).includes('\t')) return REFUSED
    lines.at = at
    lines.indent = at - lines.start
    return isItem ? this.#sequence(depth + 1) : this.#mapping(colon, depth + 1)
  }

  /** A scalar or a collection in brackets. A deeper line below it would continue it, or be an error. */
  #scalar(at: number, parent: number): Made<Node> {
    const lines = this.#lines
    const { text, end } = lines
    const code = text.charCodeAt(at)
    const quick = quickScalar(text, at, end)
    if (quick !== undefined) {
      const { next } = lines
      lines.advance()
      if (lines.indent <= parent) {
        return typeof quick === 'number'
          ? this.#maker.integer(quick, text, at, end)
          : this.#maker.scalar(quick, at, end)
      }
      lines.next = next
      return this.#long(continuedPlain(lines, { value: text.slice(at, end), end }, parent), at, parent)
    }
    if (isOpening(code)) return this.#inBrackets(at, parent)
    if (code === BAR || code === GREATER) {
      const scalar = blockScalar(lines, at, parent)
      if (scalar === undefined || lines.indent > parent) return REFUSED
      return this.#maker.scalar(scalar.value, at, scalar.end)
    }
    return code === DOUBLE_QUOTE || code === SINGLE_QUOTE ? this.#quoted(at, parent) : this.#plain(at, parent)
  }

  #inBrackets(at: number, parent: number): Made<Node> {
    const lines = this.#lines
    this.#flow ??= new FlowReader(lines, this.#maker, MAX_DEPTH)
    const node = this.#flow.read(at, parent)
    return lines.indent > parent ? REFUSED : node
  }

  #quoted(at: number, parent: number): Made<Node> {
    const lines = this.#lines
    const close = closingQuote(lines.text, at, lines.end)
    if (close < 0) {
      const scalar = quotedLines(lines, at, parent)
      return scalar === undefined || lines.indent > parent ? REFUSED : this.#maker.scalar(scalar.value, at, scalar.end)
    }
    const value = quotedValue(lines.text, at, close)
    if (value === undefined || !lines.isRestEmpty(close + 1)) return REFUSED
    lines.advance()
    return lines.indent > parent ? REFUSED : this.#maker.scalar(value, at, close + 1)
  }

  #plain(at: number, parent: number): Made<Node> {
    const lines = this.#lines
    const first = startsPlain(lines.text, at) ? plainLine(lines, at) : undefined
    if (first === undefined) return REFUSED
    const { next } = lines
    lines.advance()
    if (lines.indent <= parent) return plain(this.#maker, first.value, at, first.end)
    if (first.hasComment) return REFUSED
    lines.next = next
    return this.#long(continuedPlain(lines, first, parent), at, parent)
  }

  #long(scalar: { readonly value: string; readonly end: number } | undefined, at: number, parent: number): Made<Node> {
    if (scalar === undefined || this.#lines.indent > parent) return REFUSED
    return plain(this.#maker, scalar.value, at, scalar.end)
  }
}

function isOpening(code: number): boolean {
  return code === OPEN_BRACE || code === OPEN_BRACKET
}
