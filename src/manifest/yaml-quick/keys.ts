import { COLON, isBlank, isLetter, isOfWord, isQuote, LESS, UNDERSCORE } from './characters.js'
import type { Lines } from './lines.js'
import { closingQuote, isWord, LONGEST_KEY, quotedValue } from './scalars.js'

/** Reads the keys of mappings in blocks. What it has read is in its fields, so that no key takes an object. */
export class KeyReader {
  readonly #lines: Lines
  /** The key. */
  text = ''
  /** Where it ends. */
  end = 0
  /** Where its colon is. */
  colon = 0
  /** Whether it is a merge key, `<<`. */
  isMerge = false

  constructor(lines: Lines) {
    this.#lines = lines
  }

  /** Reads the key at an offset. Returns whether there is a simple one. */
  read(start: number): boolean {
    const { text } = this.#lines
    const first = text.charCodeAt(start)
    this.isMerge = first === LESS
    if (isLetter(first) || first === UNDERSCORE) return this.#word(start)
    return isQuote(first) ? this.#quoted(start) : text.startsWith('<<', start) && this.#endsAt(start + 2, start)
  }

  #word(start: number): boolean {
    const { text } = this.#lines
    let end = start + 1
    while (isOfWord(text.charCodeAt(end))) end += 1
    if (!this.#endsAt(end, start)) return false
    this.text = text.slice(start, end)
    this.end = end
    return !isWord(this.text)
  }

  #quoted(start: number): boolean {
    const { text, end } = this.#lines
    const close = closingQuote(text, start, end)
    if (close === undefined || !this.#endsAt(this.#lines.afterBlanks(close + 1), start)) return false
    const key = quotedValue(text, start, close)
    if (key === undefined) return false
    this.text = key
    this.end = close + 1
    return true
  }

  /** Whether a key from an offset on ends here, with its colon. */
  #endsAt(colon: number, start: number): boolean {
    const { text, end } = this.#lines
    if (text.charCodeAt(colon) !== COLON || colon - start > LONGEST_KEY) return false
    this.colon = colon
    return colon + 1 === end || isBlank(text.charCodeAt(colon + 1))
  }
}
