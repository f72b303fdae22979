/**
 * Reads the documents that most manifests are: mappings, sequences and scalars, in blocks and in brackets. Reading them with
 * `yaml` takes ten times as long and much more memory. Anything else is left to `yaml`: tags, complex keys, unusual anchors,
 * and whatever may be an error. The reader never guesses.
 */

import { Anchors, LONGEST_WITH_ANCHORS, nameEnd } from './anchors.js'
import { AMPERSAND, DASH, HASH, isBlockMark, isOpening, SPACE, STAR } from './characters.js'
import { KeyReader } from './keys.js'
import { Lines } from './lines.js'
import { type Made, type Maker, REFUSED } from './maker.js'
import { ScalarReader } from './scalar-reader.js'
import type { Stretch } from './stretches.js'

/** A document without content. */
export const EMPTY = Symbol('empty')

/** Deeper documents are left to `yaml`, which knows the limit. */
const MAX_DEPTH = 50

/** Reads one document. */
export class QuickReader<Node, Fields, Items> {
  readonly #lines: Lines
  readonly #maker: Maker<Node, Fields, Items>
  readonly #keys: KeyReader
  readonly #scalars: ScalarReader<Node, Fields, Items>
  #anchors: Anchors<Made<Node>> | undefined
  readonly #length: number

  constructor(text: string, { body, bodyEnd }: Stretch, maker: Maker<Node, Fields, Items>) {
    this.#lines = new Lines(text, body, bodyEnd)
    this.#maker = maker
    this.#keys = new KeyReader(this.#lines)
    this.#scalars = new ScalarReader(this.#lines, maker, MAX_DEPTH)
    this.#length = bodyEnd - body
  }

  /** @param isMarked - whether the body stands behind a marker, on its line */
  read(isMarked: boolean): Made<Node> | typeof EMPTY {
    const lines = this.#lines
    const root = isMarked && lines.step() ? this.#behindMarker() : this.#nextRoot()
    return lines.isAtEnd && !lines.hasTab ? root : REFUSED
  }

  #nextRoot(): Made<Node> | typeof EMPTY {
    this.#lines.advance()
    return this.#lines.isAtEnd ? EMPTY : this.#block(-1, 0)
  }

  /** On the line of the marker, there may be a collection in brackets. */
  #behindMarker(): Made<Node> | typeof EMPTY {
    const lines = this.#lines
    if (lines.isRestEmpty(lines.start)) return this.#nextRoot()
    const at = lines.afterBlanks(lines.start)
    return isOpening(lines.text.charCodeAt(at)) ? this.#scalars.inBrackets(at, -1) : REFUSED
  }

  /** What begins at the cursor. `parent` is the column of the collection around it. */
  #block(parent: number, depth: number): Made<Node> {
    const { text, at } = this.#lines
    const code = text.charCodeAt(at)
    if (depth > MAX_DEPTH || isBlockMark(code)) return REFUSED
    if (this.#isItem(at)) return this.#sequence(depth)
    if (isOpening(code)) return this.#scalars.inBrackets(at, parent)
    if (this.#keys.read(at)) return this.#mapping(depth)
    return depth === 0 ? REFUSED : this.#scalars.read(at, parent)
  }

  #isItem(at: number): boolean {
    const { text, end } = this.#lines
    return text.charCodeAt(at) === DASH && (at + 1 === end || text.charCodeAt(at + 1) === SPACE)
  }

  /** A mapping whose first key has been read. */
  #mapping(depth: number): Made<Node> {
    const lines = this.#lines
    const maker = this.#maker
    const keys = this.#keys
    const { indent } = lines
    const fields = maker.fields(lines.at)
    let merged: Node | undefined
    for (;;) {
      const start = lines.at
      if (keys.isMerge) {
        const source = merged === undefined ? this.#merged(fields, keys.colon + 1, indent) : REFUSED
        if (source === REFUSED) return REFUSED
        merged = source
      } else {
        const { text, end } = keys
        const value = this.#value(keys.colon + 1, indent, depth)
        if (value === REFUSED || !maker.entry(fields, text, start, end, value)) return REFUSED
      }
      if (lines.indent < indent) return maker.mapping(fields, undefined, merged)
      if (lines.indent > indent || !keys.read(lines.at)) return REFUSED
    }
  }

  /** What a merge key merges: a mapping that an alias names. */
  #merged(fields: Fields, from: number, indent: number): Made<Node> {
    const lines = this.#lines
    const at = lines.afterBlanks(from)
    const source = lines.text.charCodeAt(at) === STAR ? this.#alias(at, indent) : REFUSED
    return source !== REFUSED && this.#maker.merge(fields, source) ? source : REFUSED
  }

  /** The value behind a colon: on the same line, or a block on the lines below. */
  #value(from: number, indent: number, depth: number): Made<Node> {
    const lines = this.#lines
    const at = lines.afterBlanks(from)
    const code = at === lines.end ? HASH : lines.text.charCodeAt(at)
    if (code === AMPERSAND) return this.#anchored(at, indent, depth, true)
    if (code === STAR) return this.#alias(at, indent)
    if (code !== HASH) return this.#scalars.read(at, indent)
    lines.advance()
    return this.#isBelow(indent, true) ? this.#block(indent, depth + 1) : this.#maker.nothing(at, at)
  }

  /** Whether the line below belongs to a collection in a column. The items of a list may be in the column of its key. */
  #isBelow(indent: number, isValue: boolean): boolean {
    const lines = this.#lines
    return lines.indent > indent || (isValue && lines.indent === indent && this.#isItem(lines.at))
  }

  /** What an anchor names: on its line, or a block on the lines below. */
  #anchored(at: number, indent: number, depth: number, isValue: boolean): Made<Node> {
    const lines = this.#lines
    const end = nameEnd(lines, at)
    if (end === undefined || this.#length > LONGEST_WITH_ANCHORS) return REFUSED
    this.#anchors ??= new Anchors()
    return this.#anchors.named(lines.text.slice(at + 1, end), () => {
      if (!lines.isRestEmpty(end)) return this.#scalars.read(lines.afterBlanks(end), indent)
      lines.advance()
      return this.#isBelow(indent, isValue) ? this.#block(indent, depth + 1) : REFUSED
    })
  }

  /** What an alias stands for. Nothing else may stand on its line, and nothing below it. */
  #alias(at: number, parent: number): Made<Node> {
    const lines = this.#lines
    const end = nameEnd(lines, at)
    if (end === undefined || !lines.isRestEmpty(end)) return REFUSED
    const target = this.#anchors?.target(lines.text.slice(at + 1, end)) ?? REFUSED
    lines.advance()
    return target === REFUSED || lines.indent > parent ? REFUSED : this.#maker.aliased(target, at, end)
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
    const { text } = lines
    const at = lines.afterBlanks(dash + 1)
    const code = at === lines.end ? HASH : text.charCodeAt(at)
    if (code === HASH) {
      lines.advance()
      return this.#isBelow(indent, false) ? this.#block(indent, depth + 1) : this.#maker.nothing(dash, dash + 1)
    }
    if (code === AMPERSAND) return this.#anchored(at, indent, depth, false)
    if (code === STAR) return this.#alias(at, indent)
    const isItem = this.#isItem(at)
    if (!isItem && !this.#keys.read(at)) return this.#scalars.read(at, indent)
    if (depth === MAX_DEPTH || text.slice(dash, at).includes('\t')) return REFUSED
    lines.at = at
    lines.indent = at - lines.start
    return isItem ? this.#sequence(depth + 1) : this.#mapping(depth + 1)
  }
}
