import { HASH, isBlank, SPACE, TAB } from './characters.js'

/** A cursor over the lines of a document. */
export class Lines {
  readonly text: string
  readonly #limit: number
  /** Where the current line starts. */
  start: number
  /** Its first character that is no blank. */
  at: number
  /** Where its text ends, before the line end. */
  end: number
  /** Where the next line starts. */
  next: number
  /** The column of the first character. A compact collection starts behind the dash. -1 at the end of the document. */
  indent = 0
  /** Whether there is no further line. */
  get isAtEnd(): boolean {
    return this.indent === -1
  }

  /** Whether a line begins with a tab. What that means depends on what stands around it. */
  hasTab = false

  constructor(text: string, from: number, limit: number) {
    this.text = text
    this.#limit = limit
    this.start = from
    this.at = from
    this.end = from
    this.next = from
  }

  /** Goes to the next line that is neither blank nor a comment. */
  advance(): void {
    while (this.step()) {
      const code = this.text.charCodeAt(this.at)
      if (this.at === this.end || code === HASH) continue
      if (code === TAB) {
        this.hasTab = true
        break
      }
      this.indent = this.at - this.start
      return
    }
    this.indent = -1
  }

  /** Goes to the next line, whatever it is. Returns whether there is one. */
  step(): boolean {
    const { text, next: start } = this
    if (start === this.#limit) return false
    const newline = text.indexOf('\n', start)
    // A document ends with the text, or where a line begins.
    if (newline === -1) this.next = this.end = this.#limit
    else {
      this.next = newline + 1
      this.end = text.charCodeAt(newline - 1) === RETURN ? newline - 1 : newline
    }
    this.start = start
    let at = start
    while (text.charCodeAt(at) === SPACE) at += 1
    this.at = at
    return true
  }

  /** The first character from an offset on that is no blank, or the end of the line. */
  afterBlanks(from: number): number {
    let at = from
    while (isBlank(this.text.charCodeAt(at))) at += 1
    return at
  }

  /** Whether nothing but a comment stands behind an offset. */
  isRestEmpty(from: number): boolean {
    const at = this.afterBlanks(from)
    return at === this.end || (at !== from && this.text.charCodeAt(at) === HASH)
  }
}

const RETURN = 0x0d
