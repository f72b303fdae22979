import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  HASH,
  isBlank,
  isFlowIndicator,
  isLetter,
  isOfWord,
  isOpening,
  isQuote,
  OPEN_BRACE,
  SPACE,
  TAB,
  UNDERSCORE,
} from './characters.js'
import type { Lines } from './lines.js'
import { type Made, type Maker, REFUSED } from './maker.js'
import { closingQuote, isWord, LONGEST_KEY, plain, quotedValue, startsPlain } from './scalars.js'

/** Reads collections in brackets, on one line or on several. */
export class FlowReader<Node, Fields, Items> {
  readonly #lines: Lines
  readonly #maker: Maker<Node, Fields, Items>
  readonly #mostDepth: number
  /** The column of the block collection around it. Every line has to be more indented. */
  #parent = -1
  #nesting = 0
  #at = 0

  constructor(lines: Lines, maker: Maker<Node, Fields, Items>, mostDepth: number) {
    this.#lines = lines
    this.#maker = maker
    this.#mostDepth = mostDepth
  }

  /** Reads a collection, and goes to the line behind it. Nothing else may stand on its last line. */
  read(at: number, parent: number): Made<Node> {
    this.#at = at
    this.#parent = parent
    this.#nesting = 0
    const node = this.#collection()
    if (node === REFUSED || !this.#lines.isRestEmpty(this.#at)) return REFUSED
    this.#lines.advance()
    return node
  }

  #collection(): Made<Node> {
    if (this.#nesting === this.#mostDepth) return REFUSED
    this.#nesting += 1
    const isMapping = this.#code() === OPEN_BRACE
    const start = this.#at
    this.#at += 1
    const node = isMapping ? this.#mapping(start) : this.#sequence(start)
    this.#nesting -= 1
    return node
  }

  #sequence(start: number): Made<Node> {
    const items = this.#maker.items(start)
    for (;;) {
      if (!this.#skip()) return REFUSED
      if (this.#code() === CLOSE_BRACKET) break
      const item = this.#node()
      if (item === REFUSED || !this.#skip()) return REFUSED
      this.#maker.item(items, item)
      if (this.#code() === CLOSE_BRACKET) break
      if (this.#code() !== COMMA) return REFUSED
      this.#at += 1
    }
    this.#at += 1
    return this.#maker.sequence(items, this.#at)
  }

  #mapping(start: number): Made<Node> {
    const fields = this.#maker.fields(start)
    for (;;) {
      if (!this.#skip()) return REFUSED
      if (this.#code() === CLOSE_BRACE) break
      if (!this.#entry(fields) || !this.#skip()) return REFUSED
      if (this.#code() === CLOSE_BRACE) break
      if (this.#code() !== COMMA) return REFUSED
      this.#at += 1
    }
    this.#at += 1
    return this.#maker.mapping(fields, this.#at)
  }

  #entry(fields: Fields): boolean {
    const { text, end } = this.#lines
    const start = this.#at
    const isQuoted = isQuote(this.#code())
    const close = isQuoted ? closingQuote(text, start, end) : this.#wordEnd()
    if (close === undefined) return false
    const keyEnd = isQuoted ? close + 1 : close
    const key = isQuoted ? quotedValue(text, start, close) : text.slice(start, close)
    if (key === undefined || keyEnd - start > LONGEST_KEY || (!isQuoted && isWord(key))) return false
    this.#at = this.#lines.afterBlanks(keyEnd)
    if (this.#code() !== COLON) return this.#maker.entry(fields, key, start, keyEnd, this.#nothing())
    const isAdjacent = isQuoted && this.#at === keyEnd
    if (!isAdjacent && !this.#endsPlain(this.#at + 1)) return false
    this.#at += 1
    if (!this.#skip()) return false
    const isEmpty = this.#code() === COMMA || this.#code() === CLOSE_BRACE
    const value = isEmpty ? this.#nothing() : this.#node()
    return value !== REFUSED && this.#maker.entry(fields, key, start, keyEnd, value)
  }

  #nothing(): Node {
    return this.#maker.nothing(this.#at, this.#at)
  }

  /** The end of a key without quotes. */
  #wordEnd(): number | undefined {
    const { text } = this.#lines
    const first = this.#code()
    if (!isLetter(first) && first !== UNDERSCORE) return undefined
    let at = this.#at + 1
    while (isOfWord(text.charCodeAt(at))) at += 1
    return at
  }

  #node(): Made<Node> {
    const code = this.#code()
    if (isOpening(code)) return this.#collection()
    return isQuote(code) ? this.#quoted() : this.#plain()
  }

  #quoted(): Made<Node> {
    const { text, end } = this.#lines
    const start = this.#at
    const close = closingQuote(text, start, end)
    const value = close === undefined ? undefined : quotedValue(text, start, close)
    if (close === undefined || value === undefined) return REFUSED
    this.#at = close + 1
    return this.#maker.scalar(value, start, this.#at)
  }

  /** A plain scalar. What goes on behind it, on the next line too, is refused by whoever looks for the comma. */
  #plain(): Made<Node> {
    const { text, end } = this.#lines
    const start = this.#at
    if (!startsPlain(text, start)) return REFUSED
    let last = start
    for (let at = start; at < end; at += 1) {
      const code = text.charCodeAt(at)
      if (isFlowIndicator(code) || (code === COLON && this.#endsPlain(at + 1))) break
      if (code === HASH && isBlank(text.charCodeAt(at - 1))) break
      if (!isBlank(code)) last = at
    }
    this.#at = last + 1
    return plain(this.#maker, text.slice(start, this.#at), start, this.#at)
  }

  /** Whether a colon before an offset is no part of a plain scalar. */
  #endsPlain(at: number): boolean {
    if (at === this.#lines.end) return true
    const code = this.#lines.text.charCodeAt(at)
    return isBlank(code) || isFlowIndicator(code)
  }

  /** Goes to the next character that is neither blank nor a comment. Returns whether it is inside of the collection. */
  #skip(): boolean {
    const lines = this.#lines
    const from = this.#at
    this.#at = lines.afterBlanks(from)
    // Without a blank before it, `#` begins no comment. Nothing else begins with it: the caller refuses it.
    if (this.#at !== lines.end && (this.#code() !== HASH || this.#at === from)) return true
    while (lines.step()) {
      const code = lines.text.charCodeAt(lines.at)
      if (lines.at === lines.end || code === HASH) continue
      if (code === TAB) return false
      this.#at = lines.at
      const column = lines.at - lines.start
      const isClosing = this.#nesting === 1 && (code === CLOSE_BRACE || code === CLOSE_BRACKET)
      return column > this.#parent || (isClosing && column === this.#parent)
    }
    return false
  }

  #code(): number {
    return this.#at === this.#lines.end ? SPACE : this.#lines.text.charCodeAt(this.#at)
  }
}
