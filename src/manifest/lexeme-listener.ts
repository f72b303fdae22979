/** Hears every lexeme of a YAML text while it is read. */
export interface LexemeListener {
  /** The next lexeme of the text, and its offset. Before the text of a scalar comes the marker `\x1f`. */
  lexeme(lexeme: string, offset: number): void
}

/** What the lexer puts before the text of a scalar that has no quotes. */
export const SCALAR_MARK = '\x1f'
