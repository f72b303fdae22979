import { Lexer } from 'yaml'
import { type LexemeListener, SCALAR_MARK } from './lexeme-listener.js'
import type { Span } from './source-node.js'
import { maySuppress } from './suppressions/may-suppress.js'
import { stretchesOf } from './yaml-quick/stretches.js'
import { LENGTHLESS, yamlTokens } from './yaml-tokens.js'

/** A comment of a YAML text. */
export interface YamlComment {
  readonly span: Span
  /** The comment, with its `#`. */
  readonly text: string
}

/** The comments of a YAML text that may silence rules, and where its documents end. */
export interface YamlComments {
  readonly comments: readonly YamlComment[]
  /** The offsets where a document ends and another may begin, in order. */
  readonly documentEnds: readonly number[]
}

/** Finds the comments of a text. A comment before the first `---` belongs to the document that follows. */
export function yamlCommentsOf(text: string): YamlComments {
  const found = new CommentCollector()
  const documentEnds: number[] = []
  for (const { start, end, bodyEnd } of stretchesOf(text)) {
    if (end < text.length || bodyEnd < end) documentEnds.push(bodyEnd)
    const part = text.slice(start, end)
    if (maySuppress(part)) hear(part, start, found)
  }
  return { comments: found.comments, documentEnds }
}

function hear(part: string, base: number, listener: LexemeListener): void {
  if (part.includes('\ufeff')) yamlTokens(part, listener, base)
  else {
    let offset = base
    for (const lexeme of new Lexer().lex(part)) {
      listener.lexeme(lexeme, offset)
      if (!LENGTHLESS.has(lexeme)) offset += lexeme.length
    }
  }
}

class CommentCollector implements LexemeListener {
  readonly comments: YamlComment[] = []
  #isScalar = false

  lexeme(lexeme: string, offset: number): void {
    const isScalar = this.#isScalar
    this.#isScalar = lexeme === SCALAR_MARK
    if (!isScalar && maySuppress(lexeme)) {
      this.comments.push({ span: { start: offset, end: offset + lexeme.length }, text: lexeme })
    }
  }
}
