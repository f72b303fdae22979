import { Lexer } from 'yaml'
import type { ReadDocument } from './file-error.js'
import { type LexemeListener, SCALAR_MARK } from './lexeme-listener.js'
import type { SourceNode, Span } from './source-node.js'
import { maySuppress, nextDirective } from './suppressions/may-suppress.js'
import { type Stretch, stretchesOf } from './yaml-quick/stretches.js'
import { LENGTHLESS, yamlTokens } from './yaml-tokens.js'

/** A comment of a YAML text. */
export interface YamlComment {
  readonly span: Span
  /** The comment, with its `#`. */
  readonly text: string
}

/** The comments of one document that may silence rules. A comment before the first `---` belongs to the document that follows. */
export interface DocumentComments {
  readonly comments: readonly YamlComment[]
  /** The offset where the document ends and another may begin. Undefined for the last one. */
  readonly end: number | undefined
}

/** Finds the comments of a text, document by document. */
export class YamlCommentReader {
  readonly #text: string
  readonly #stretches: Iterator<Stretch>
  /** Where the next comment may be. */
  #next: number

  constructor(text: string) {
    this.#text = text
    this.#stretches = stretchesOf(text)[Symbol.iterator]()
    this.#next = nextDirective(text, 0)
  }

  /** The comments of the next document, which the caller has read. */
  commentsOf(document: ReadDocument): DocumentComments {
    const { value: stretch } = this.#stretches.next()
    if (stretch === undefined) return { comments: [], end: undefined }
    const { start, end: stretchEnd, bodyEnd } = stretch
    const end = stretchEnd < this.#text.length || bodyEnd < stretchEnd ? bodyEnd : undefined
    if (this.#next >= stretchEnd) return { comments: [], end }
    const comments =
      document.kind === 'value' && document.hasAllScalars
        ? commentsAround(document.root, this.#text, this.#next, stretchEnd)
        : lexedComments(this.#text.slice(start, stretchEnd), start)
    this.#next = nextDirective(this.#text, stretchEnd)
    return { comments, end }
  }
}

/** The comments in a stretch of a text: what stands behind a `#` outside of all scalars. */
function commentsAround(root: SourceNode, text: string, from: number, limit: number): YamlComment[] {
  const comments: YamlComment[] = []
  for (let at = from; at < limit; ) {
    const newline = text.indexOf('\n', at)
    const lineEnd = newline < 0 ? text.length : newline
    const end = text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd
    const start = commentStart(root, text, at)
    if (start !== undefined) comments.push({ span: { start, end }, text: text.slice(start, end) })
    at = nextDirective(text, start === undefined ? at + 1 : end)
  }
  return comments
}

/** Where the comment begins that an offset is in. Undefined if it is in none. */
function commentStart(root: SourceNode, text: string, offset: number): number | undefined {
  const line = text.lastIndexOf('\n', offset) + 1
  for (let at = text.indexOf('#', line); at >= 0 && at < offset; at = text.indexOf('#', at + 1)) {
    if ((at === line || BLANKS.includes(text.charAt(at - 1))) && !isInScalar(root, at, text)) return at
  }
  return undefined
}

const BLANKS = ' \t'

/** Whether an offset is in a scalar, or in a key. Recursion is safe: readers limit the depth. */
function isInScalar(node: SourceNode, offset: number, text: string): boolean {
  const { span } = node
  if (span === undefined || offset < span.start || offset >= span.end) return false
  if (node.kind === 'scalar') return offset >= contentStart(span, text)
  if (node.kind === 'sequence') return node.items.some((item) => isInScalar(item, offset, text))
  return node.entries.some(({ keySpan, value }) => {
    return (offset >= keySpan.start && offset < keySpan.end) || isInScalar(value, offset, text)
  })
}

/** A block scalar begins below the line with its mark, on which a comment may stand. */
function contentStart({ start, end }: Span, text: string): number {
  if (text[start] !== '|' && text[start] !== '>') return start
  const newline = text.indexOf('\n', start)
  return newline < 0 ? end : newline
}

/** The comments of a part of a text that only `yaml` reads. */
function lexedComments(part: string, base: number): readonly YamlComment[] {
  const found = new CommentCollector()
  if (part.includes('\ufeff')) yamlTokens(part, found, base)
  else {
    let offset = base
    for (const lexeme of new Lexer().lex(part)) {
      found.lexeme(lexeme, offset)
      if (!LENGTHLESS.has(lexeme)) offset += lexeme.length
    }
  }
  return found.comments
}

class CommentCollector implements LexemeListener {
  readonly comments: YamlComment[] = []
  #isScalar: boolean | undefined

  lexeme(lexeme: string, offset: number): void {
    const isScalar = this.#isScalar
    this.#isScalar = lexeme === SCALAR_MARK
    if (!isScalar && lexeme.startsWith('#') && maySuppress(lexeme)) {
      this.comments.push({ span: { start: offset, end: offset + lexeme.length }, text: lexeme })
    }
  }
}
