/** Why a pattern is invalid in Python or cannot be translated, and at which character. */
export class RegexProblem extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

/** Reads a pattern from start to end, by code points, like Python. */
export class Reader {
  at = 0
  private readonly characters: readonly string[]

  constructor(pattern: string) {
    this.characters = Array.from(pattern)
  }

  /** The next character, or an empty text at the end. */
  get next(): string {
    return this.characters[this.at] ?? ''
  }

  /** Takes the next character. */
  take(): string {
    const { next } = this
    if (next === '') throw this.problem('unexpected end')
    this.at += 1
    return next
  }

  /** Takes a text if it is next. */
  takes(text: string): boolean {
    if (!this.comes(text)) return false
    this.at += text.length
    return true
  }

  /** Whether an ASCII text is next. */
  comes(text: string): boolean {
    for (let index = 0; index < text.length; index += 1) {
      if (this.characters[this.at + index] !== text[index]) return false
    }
    return true
  }

  /** Takes characters while they match. */
  while(kind: RegExp, most = Number.POSITIVE_INFINITY): string {
    let taken = ''
    while (taken.length < most && this.next !== '' && kind.test(this.next)) taken += this.take()
    return taken
  }

  /** Takes everything up to a terminator, and the terminator. */
  until(terminator: string, what: string): string {
    const start = this.at
    while (this.next !== terminator) {
      if (this.next === '') throw this.problem(`missing ${terminator}, unterminated ${what}`, start)
      this.at += 1
    }
    this.at += 1
    return this.characters.slice(start, this.at - 1).join('')
  }

  problem(message: string, at = this.at): RegexProblem {
    return new RegexProblem(message, at)
  }
}
