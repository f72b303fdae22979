import { isBlockMark, isOpening, isQuote } from './characters.js'
import { FlowReader } from './flow-reader.js'
import type { Lines } from './lines.js'
import { blockScalar, continuedPlain, type LongScalar, plainLine, quotedLines } from './long-scalars.js'
import { type Made, type Maker, REFUSED } from './maker.js'
import { closingQuote, plain, quickScalar, quotedValue, startsPlain } from './scalars.js'

/** Reads what is not a block collection: scalars of any style, and collections in brackets. */
export class ScalarReader<Node, Fields, Items> {
  readonly #lines: Lines
  readonly #maker: Maker<Node, Fields, Items>
  readonly #mostDepth: number
  #flow: FlowReader<Node, Fields, Items> | undefined

  constructor(lines: Lines, maker: Maker<Node, Fields, Items>, mostDepth: number) {
    this.#lines = lines
    this.#maker = maker
    this.#mostDepth = mostDepth
  }

  /**
   * Reads what begins at an offset, and goes to the line behind it. A deeper line there would continue it, or be an error.
   *
   * @param parent - the column of the collection around it
   */
  read(at: number, parent: number): Made<Node> {
    const { text, end } = this.#lines
    const quick = quickScalar(text, at, end)
    if (quick !== undefined) return this.#quick(quick, at, parent)
    const code = text.charCodeAt(at)
    if (isOpening(code)) return this.inBrackets(at, parent)
    if (isBlockMark(code)) return this.#text(blockScalar(this.#lines, at, parent), at, parent)
    return isQuote(code) ? this.#quoted(at, parent) : this.#plain(at, parent)
  }

  inBrackets(at: number, parent: number): Made<Node> {
    const lines = this.#lines
    this.#flow ??= new FlowReader(lines, this.#maker, this.#mostDepth)
    const node = this.#flow.read(at, parent)
    return lines.indent > parent ? REFUSED : node
  }

  /** A scalar that takes the rest of its line. */
  #quick(value: number | string, at: number, parent: number): Made<Node> {
    const lines = this.#lines
    const { text, end, next } = lines
    lines.advance()
    if (lines.indent <= parent) {
      return typeof value === 'number' ? this.#maker.integer(value, text, at, end) : this.#maker.scalar(value, at, end)
    }
    lines.next = next
    return this.#long(continuedPlain(lines, { value: text.slice(at, end), end }, parent), at, parent)
  }

  #quoted(at: number, parent: number): Made<Node> {
    const lines = this.#lines
    const close = closingQuote(lines.text, at, lines.end)
    if (close === undefined) return this.#text(quotedLines(lines, at, parent), at, parent)
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

  /** A plain scalar of several lines. */
  #long(scalar: LongScalar | undefined, at: number, parent: number): Made<Node> {
    if (scalar === undefined || this.#lines.indent > parent) return REFUSED
    return plain(this.#maker, scalar.value, at, scalar.end)
  }

  /** A scalar that is always a text. */
  #text(scalar: LongScalar | undefined, at: number, parent: number): Made<Node> {
    if (scalar === undefined || this.#lines.indent > parent) return REFUSED
    return this.#maker.scalar(scalar.value, at, scalar.end)
  }
}
