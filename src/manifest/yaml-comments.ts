import { type LexemeListener, SCALAR_MARK } from './lexeme-listener.js'
import type { Span } from './source-node.js'

/** A comment of a YAML text. */
export interface YamlComment {
  readonly span: Span
  /** The comment, with its `#`. */
  readonly text: string
}

/** The comments of a YAML text, and where its documents end. */
export interface YamlComments {
  readonly comments: readonly YamlComment[]
  /** The offsets where a document ends and another may begin, in order. */
  readonly documentEnds: readonly number[]
}

/** Collects the comments while a text is read. A comment before the first `---` belongs to the document that follows. */
export class CommentCollector implements YamlComments, LexemeListener {
  readonly comments: YamlComment[] = []
  readonly documentEnds: number[] = []
  #isScalar = false
  #hasBegun = false

  /** The next lexeme of the text, and its offset. */
  lexeme(lexeme: string, offset: number): void {
    const isScalar = this.#isScalar
    this.#isScalar = lexeme === SCALAR_MARK
    if (isScalar) this.#hasBegun = true
    else if (lexeme.startsWith('#')) {
      this.comments.push({ span: { start: offset, end: offset + lexeme.length }, text: lexeme })
    } else if (lexeme === '---' || lexeme === '...') {
      if (this.#hasBegun) this.documentEnds.push(offset)
      this.#hasBegun = lexeme === '---'
    } else if (!NO_CONTENT.has(lexeme.charAt(0))) this.#hasBegun = true
  }
}

/** The first characters of blanks, directives, byte order marks and markers of the lexer. */
const NO_CONTENT: ReadonlySet<string> = new Set([...' \t\r\n\ufeff%\x02\x18\x1f'])
