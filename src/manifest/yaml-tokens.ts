import { type CST, Lexer, Parser } from 'yaml'
import type { Span } from './source-node.js'
import { withoutLaterMarks } from './yaml-marks.js'

/** What the tokens of a text are: all of them, or those before the first that is nested too deeply. */
export type YamlTokens = { readonly tokens: readonly CST.Token[]; readonly tooDeep?: Span }

/**
 * How deep collections may be nested. The composer of `yaml` recurses, and near the end of the stack the engine gives up
 * the whole process (seen from 1,000 levels on); no model entity comes near this.
 */
export const MAX_YAML_DEPTH = 500

/** After so many tokens in a row that are out of place nothing more is read: one error tells them all. */
const MAX_MISPLACED = 1000

/**
 * The tokens of a YAML text, made harmless for the composer: not nested too deeply, and of a run of tokens that are all out
 * of place only the first, since one error tells it and a megabyte of quotes would be half a million of them.
 */
export function yamlTokens(text: string): YamlTokens {
  const tokens: CST.Token[] = []
  const parser = new Parser()
  let misplaced = 0
  const { rest, marks } = withoutLaterMarks(text)
  let lexed = 0
  let left = 0
  for (const lexeme of new Lexer().lex(rest)) {
    // What was left out is counted, so that places stay those of the text.
    for (; (marks[left] ?? text.length) <= lexed + left && left < marks.length; left += 1) parser.offset += 1
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

/** What the lexer says between the parts of a text: a document, the end of a flow collection, a scalar begins. */
const LENGTHLESS: ReadonlySet<string> = new Set(['\x02', '\x18', '\x1f'])

/** Whether so much stands behind a value, the last of it out of place. */
function endsMisplaced(token: CST.Token | undefined): boolean {
  if (!token || !('end' in token) || !Array.isArray(token.end) || token.end.length <= MAX_MISPLACED) return false
  return !HARMLESS.has(token.end.at(-1)?.type ?? 'space')
}

function collectionAt(token: CST.Token | undefined): Span | undefined {
  return token && 'items' in token ? { start: token.offset, end: token.offset + 1 } : undefined
}

/** Adds a token that the composer needs; the place of the first collection in it that is too deep, if there is one. */
function keep(token: CST.Token, tokens: CST.Token[]): Span | undefined {
  const isRepeatedError = token.type === 'error' && tokens.at(-1)?.type === 'error'
  // Between documents the composer collects these for comments that nobody reads.
  if (isRepeatedError || BETWEEN_DOCUMENTS.has(token.type)) return undefined
  const tooDeep = tame(token)
  if (tooDeep !== undefined) return { start: tooDeep, end: tooDeep + 1 }
  tokens.push(token)
  return undefined
}

const BETWEEN_DOCUMENTS: ReadonlySet<string> = new Set(['space', 'comment', 'newline'])

type Visit = readonly [token: CST.Token | null | undefined, depth: number]

/** Cuts runs of misplaced tokens; the offset of the first collection that is too deep, if there is one. */
function tame(top: CST.Token): number | undefined {
  const pending: Visit[] = [[top, 0]]
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const [token, depth] = visit
    if (!token) continue
    if ('end' in token && Array.isArray(token.end)) cutMisplaced(token.end)
    if (token.type === 'document') pending.push([token.value, depth])
    if (!('items' in token)) continue
    if (depth >= MAX_YAML_DEPTH) return token.offset
    // The last is visited first, so that of two collections that are too deep the first in the text is told.
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

/** What may stand behind a value. */
const HARMLESS: ReadonlySet<string> = new Set([
  'space',
  'comment',
  'newline',
  'comma',
  'flow-map-end',
  'flow-seq-end',
  'doc-end',
])
