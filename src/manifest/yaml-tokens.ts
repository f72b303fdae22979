import { type CST, Lexer, Parser } from 'yaml'
import type { LexemeListener } from './lexeme-listener.js'
import type { Span } from './source-node.js'
import { withoutLaterMarks } from './yaml-marks.js'

/** The tokens of a text: all of them, or those before the first collection that is nested too deeply. */
export type YamlTokens = { readonly tokens: readonly CST.Token[]; readonly tooDeep?: Span }

/**
 * The deepest nesting of collections. The composer of `yaml` recurses, and a stack overflow there can abort the whole
 * process (seen from 1,000 levels on). Real model entities are far below this limit.
 */
export const MAX_YAML_DEPTH = 500

/** Reading stops after this many misplaced tokens in a row: one error reports them all. */
const MAX_MISPLACED = 1000

/**
 * The tokens of a YAML text, safe for the composer: not nested too deeply, and only the first of a run of misplaced
 * tokens. One error is enough for a run; a megabyte of quotes would give half a million.
 *
 * @param listener - hears every lexeme, if anybody wants them
 * @param base - the offset of the text in its file
 */
export function yamlTokens(text: string, listener?: LexemeListener, base = 0): YamlTokens {
  const tokens: CST.Token[] = []
  const parser = new Parser()
  parser.offset = base
  let misplaced = 0
  const { rest, marks } = withoutLaterMarks(text)
  let lexed = 0
  let left = 0
  for (const lexeme of new Lexer().lex(rest)) {
    // Count what is left out, so that places stay correct.
    for (; (marks[left] ?? text.length) <= lexed + left && left < marks.length; left += 1) parser.offset += 1
    listener?.lexeme(lexeme, base + lexed + left)
    if (!LENGTHLESS.has(lexeme)) lexed += lexeme.length
    for (const token of parser.next(lexeme)) {
      misplaced = token.type === 'error' ? misplaced + 1 : 0
      const tooDeep = keep(token, tokens)
      if (tooDeep !== undefined) return { tokens, tooDeep }
    }
    const tooDeep = collectionAt(parser.stack[MAX_YAML_DEPTH + 1])
    if (tooDeep !== undefined) return { tokens, tooDeep }
    if (misplaced > MAX_MISPLACED || endsMisplaced(parser.stack.at(-1))) break
  }
  for (const token of parser.end()) {
    const tooDeep = keep(token, tokens)
    if (tooDeep !== undefined) return { tokens, tooDeep }
  }
  return { tokens }
}

/** Markers of the lexer without text: start of a document, end of a flow collection, start of a scalar. */
export const LENGTHLESS: ReadonlySet<string> = new Set(['\x02', '\x18', '\x1f'])

/** Whether too many tokens follow a value, the last of them misplaced. */
function endsMisplaced(token: CST.Token | undefined): boolean {
  if (!token || !('end' in token) || !Array.isArray(token.end) || token.end.length <= MAX_MISPLACED) return false
  return !HARMLESS.has(token.end.at(-1)?.type ?? 'space')
}

function collectionAt(token: CST.Token | undefined): Span | undefined {
  return token && 'items' in token ? { start: token.offset, end: token.offset + 1 } : undefined
}

/** Adds a token that the composer needs. Returns the offset of the first collection in it that is too deep, if any. */
function keep(token: CST.Token, tokens: CST.Token[]): Span | undefined {
  const isRepeatedError = token.type === 'error' && tokens.at(-1)?.type === 'error'
  // Between documents, the composer collects these into comments that nothing uses.
  if (isRepeatedError || BETWEEN_DOCUMENTS.has(token.type)) return undefined
  const tooDeep = tame(token)
  if (tooDeep !== undefined) return { start: tooDeep, end: tooDeep + 1 }
  tokens.push(token)
  return undefined
}

const BETWEEN_DOCUMENTS: ReadonlySet<string> = new Set(['space', 'comment', 'newline'])

type Visit = readonly [token: CST.Token | null | undefined, depth: number]

/** Cuts runs of misplaced tokens. Returns the offset of the first collection that is too deep, if any. */
function tame(top: CST.Token): number | undefined {
  const pending: Visit[] = [[top, 0]]
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const [token, depth] = visit
    if (!token) continue
    if ('end' in token && Array.isArray(token.end)) cutMisplaced(token.end)
    if (token.type === 'document') pending.push([token.value, depth])
    if (!('items' in token)) continue
    if (depth >= MAX_YAML_DEPTH) return token.offset
    // Visits the last first, so that the first too-deep collection in the text is reported.
    for (let index = token.items.length - 1; index >= 0; index -= 1) {
      const item = token.items[index]
      pending.push([item?.value, depth + 1], [item?.key, depth + 1])
    }
  }
  return undefined
}

function cutMisplaced(end: CST.SourceToken[]): void {
  const first = end.findIndex(({ type }) => !HARMLESS.has(type))
  if (first >= 0) end.length = first + 1
}

/** The tokens that may follow a value. */
const HARMLESS: ReadonlySet<string> = new Set([
  'space',
  'comment',
  'newline',
  'comma',
  'flow-map-end',
  'flow-seq-end',
  'doc-end',
])
