/**
 * Reads the simple documents that most manifests are: block mappings and sequences of scalars on one line. Reading them with
 * `yaml` takes ten times as long and much more memory. Anything else is left to `yaml`: the reader never guesses.
 */

import type { SourceEntry, SourceNode, Span } from '../source-node.js'
import { isWord, quickScalar } from './quick-scalar.js'

/** The tree of a document, the same as `yaml` would give. Undefined if the document is not simple. */
export function quickDocument(text: string, { start, end }: Span): SourceNode | undefined {
  const reader = new QuickReader(text, start, end)
  return reader.read()
}

/** Deeper documents are left to `yaml`, which knows the limit. */
const MAX_DEPTH = 50

/** A key, its colon, and what ends it. Other keys are left to `yaml`. */
const KEY = /[A-Za-z_][\w.-]*:(?=[ \n]|$)/y

class QuickReader {
  readonly #text: string
  readonly #end: number
  /** The next line with content: where it starts, its first character, and its end. */
  #line = 0
  #at = 0
  #lineEnd: number
  /** The column of the first character. A compact mapping in a sequence starts behind the dash. -1 at the end. */
  #indent = 0
  #isSimple = true

  constructor(text: string, start: number, end: number) {
    this.#text = text
    this.#end = end
    this.#lineEnd = start - 1
  }

  read(): SourceNode | undefined {
    this.#nextLine()
    if (this.#indent < 0) return undefined
    const root = this.#block(0)
    return this.#isSimple && this.#indent < 0 ? root : undefined
  }

  /** Goes to the next line that is neither blank nor a comment. */
  #nextLine(): void {
    for (let line = this.#lineEnd + 1; line < this.#end; ) {
      const newline = this.#text.indexOf('\n', line)
      const lineEnd = newline < 0 || newline > this.#end ? this.#end : newline
      let at = line
      while (at < lineEnd && this.#text.charCodeAt(at) === SPACE) at += 1
      if (at < lineEnd && this.#text.charCodeAt(at) !== HASH) {
        this.#line = line
        this.#at = at
        this.#lineEnd = lineEnd
        this.#indent = at - line
        return
      }
      line = lineEnd + 1
      this.#lineEnd = lineEnd
    }
    this.#indent = -1
  }

  #block(depth: number): SourceNode | undefined {
    if (depth > MAX_DEPTH) return this.#fail()
    return this.#isItem() ? this.#sequence(depth) : this.#mapping(depth)
  }

  #isItem(): boolean {
    return this.#text.charCodeAt(this.#at) === DASH && this.#text.charCodeAt(this.#at + 1) === SPACE
  }

  #mapping(depth: number): SourceNode | undefined {
    const indent = this.#indent
    const start = this.#at
    const entries: SourceEntry[] = []
    let end = start
    while (this.#indent === indent && this.#isSimple) {
      KEY.lastIndex = this.#at
      if (!KEY.test(this.#text)) return this.#fail()
      const keySpan = { start: this.#at, end: KEY.lastIndex - 1 }
      const key = this.#text.slice(keySpan.start, keySpan.end)
      const value = isWord(key) ? undefined : this.#value(KEY.lastIndex, indent, depth)
      if (value === undefined) return this.#fail()
      entries.push({ key, keySpan, value })
      end = Math.max(value.span?.end ?? 0, keySpan.end)
    }
    if (this.#indent > indent) return this.#fail()
    return { kind: 'mapping', span: { start, end }, entries }
  }

  /** The value behind a colon: on the same line, or a block on the lines below. */
  #value(from: number, indent: number, depth: number): SourceNode | undefined {
    const at = this.#afterBlanks(from)
    if (at < this.#lineEnd && this.#text.charCodeAt(at) !== HASH) return this.#scalar(at, indent)
    if (at < this.#lineEnd && at === from) return this.#fail()
    this.#nextLine()
    if (this.#indent > indent || (this.#indent === indent && this.#isItem())) return this.#block(depth + 1)
    return { kind: 'scalar', span: undefined, value: null }
  }

  #sequence(depth: number): SourceNode | undefined {
    const indent = this.#indent
    const start = this.#at
    const items: SourceNode[] = []
    while (this.#indent === indent && this.#isSimple && this.#isItem()) {
      const at = this.#afterBlanks(this.#at + 1)
      const item = this.#item(at, indent, depth)
      if (item === undefined) return this.#fail()
      items.push(item)
    }
    if (this.#indent > indent) return this.#fail()
    return { kind: 'sequence', span: { start, end: items.at(-1)?.span?.end ?? start }, items }
  }

  #item(at: number, indent: number, depth: number): SourceNode | undefined {
    const code = this.#text.charCodeAt(at)
    if (at >= this.#lineEnd || code === HASH || depth > MAX_DEPTH) return this.#fail()
    KEY.lastIndex = at
    if (!KEY.test(this.#text)) return this.#scalar(at, indent)
    this.#at = at
    this.#indent = at - this.#line
    return this.#mapping(depth + 1)
  }

  /** A scalar on one line. A deeper line below it would continue it, or be an error. */
  #scalar(at: number, indent: number): SourceNode | undefined {
    const scalar = quickScalar(this.#text, at, this.#lineEnd)
    if (scalar === undefined) return this.#fail()
    this.#nextLine()
    return this.#indent > indent ? this.#fail() : scalar
  }

  #afterBlanks(from: number): number {
    let at = from
    while (at < this.#lineEnd && this.#text.charCodeAt(at) === SPACE) at += 1
    return at
  }

  #fail(): undefined {
    this.#isSimple = false
    return undefined
  }
}

const SPACE = 0x20
const HASH = 0x23
const DASH = 0x2d
