/** Hears every lexeme of a YAML text while it is read. */
export interface LexemeListener {
  /** The next lexeme of the text, and its offset. Before the text of a scalar comes the marker `\x1f`. */
  lexeme(lexeme: string, offset: number): void
}

/** What the lexer puts before the text of a scalar that has no quotes. */
export const SCALAR_MARK = '\x1f'

/** One listener for several. Undefined for none. */
export function listeners(...all: readonly (LexemeListener | undefined)[]): LexemeListener | undefined {
  const present = all.filter((one) => one !== undefined)
  if (present.length < 2) return present[0]
  return {
    lexeme(lexeme, offset) {
      for (const one of present) one.lexeme(lexeme, offset)
    },
  }
}
