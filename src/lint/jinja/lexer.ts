/** Splits a template into tokens like Jinja2 3.1 with its default delimiters: text, `{{ }}`, `{% %}`, `{# #}`, raw. */

import { isCharacterName } from './character-names.js'
import { TemplateError } from './template-error.js'

/** One token. The type of an operator is its own text. */
export interface Token {
  readonly type: string
  readonly value: string
  readonly offset: number
}

const BLANKS = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/y
const RAW_BEGIN = /\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})/y
const RAW_END = /\{%[-+]?\s*endraw\s*(?:\+%\}|-%\}\s*|%\}\n?)/y
/** The ends of tags, with the line end or the spaces that they consume (`trim_blocks`). */
const BLOCK_END = /\+%\}|-%\}\s*|%\}\n?/y
const VARIABLE_END = /-\}\}\s*|\}\}/y
const FLOAT = /\d+(?:_\d+)*(?:(?:\.\d+(?:_\d+)*)?e[+-]?\d+(?:_\d+)*|\.\d+(?:_\d+)*)/iy
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy
const NAME = /[\p{ID_Continue}\p{N}]+/uy
const IDENTIFIER = /^[\p{ID_Start}_]\p{ID_Continue}*$/u
const OPERATOR = /\/\/|\*\*|[=!<>]=|[-+/*%~[\](){}><=.:|,;]/y
const CLOSERS: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
])

/**
 * Yields the tokens of a template one by one. Like Jinja2, it reads a token only when the parser asks for it, so a grammar
 * error comes before a later unexpected character. Reads each part of the text once.
 *
 * @throws TemplateError if the template ends inside a comment, a raw block or a string, or has an unexpected character
 */
export function* tokenize(template: string): Generator<Token> {
  let at = 0
  while (at < template.length) {
    const open = nextDelimiter(template, at)
    // `{%-` strips the spaces before it, which means nothing to the grammar.
    if (open > at) yield { type: 'data', value: template.slice(at, open), offset: at }
    if (open === template.length) return
    const rawStart = matchEnd(RAW_BEGIN, template, open)
    if (rawStart !== undefined) at = yield* rawText(template, rawStart)
    else if (template[open + 1] === '#') at = skipComment(template, open)
    else at = yield* tagTokens(template, open)
  }
}

function nextDelimiter(template: string, from: number): number {
  for (let at = template.indexOf('{', from); at >= 0; at = template.indexOf('{', at + 1)) {
    const next = template[at + 1]
    if (next === '{' || next === '%' || next === '#') return at
  }
  return template.length
}

/** If nothing follows the opening, Jinja2 reports no error: its rule for a missing end requires one character. */
function* rawText(template: string, start: number): Generator<Token, number> {
  for (let at = template.indexOf('{%', start); at >= 0; at = template.indexOf('{%', at + 1)) {
    const end = matchEnd(RAW_END, template, at)
    if (end === undefined) continue
    if (at > start) yield { type: 'data', value: template.slice(start, at), offset: start }
    return end
  }
  if (start < template.length) throw new TemplateError('this raw block is never closed', start)
  return start
}

function skipComment(template: string, open: number): number {
  const sign = template[open + 2]
  const start = sign === '-' || sign === '+' ? open + 3 : open + 2
  const close = template.indexOf('#}', start)
  // The blanks that a comment may strip behind it are of no concern here.
  if (close >= 0) return close + 2
  if (start < template.length) throw new TemplateError('this comment is never closed', open)
  return start
}

function* tagTokens(template: string, open: number): Generator<Token, number> {
  const isBlock = template[open + 1] === '%'
  const [begin, end] = isBlock ? ['block_begin', 'block_end'] : ['variable_begin', 'variable_end']
  const closing = isBlock ? BLOCK_END : VARIABLE_END
  yield { type: begin, value: template.slice(open, open + 2), offset: open }

  const sign = template[open + 2]
  let at = sign === '-' || sign === '+' ? open + 3 : open + 2
  const brackets: string[] = []
  while (at < template.length) {
    const close = brackets.length === 0 ? matchEnd(closing, template, at) : undefined
    if (close !== undefined) {
      yield { type: end, value: template.slice(at, close), offset: at }
      return close
    }
    const blanks = matchEnd(BLANKS, template, at)
    if (blanks !== undefined) {
      at = blanks
      continue
    }
    const token = tagToken(template, at)
    if (CLOSERS.has(token.type)) brackets.push(CLOSERS.get(token.type) ?? '')
    else if (token.type === ')' || token.type === ']' || token.type === '}') balance(brackets.pop(), token)
    yield token
    at += token.value.length
  }
  return at
}

function tagToken(template: string, offset: number): Token {
  const float = template[offset - 1] === '.' ? undefined : matchEnd(FLOAT, template, offset)
  if (float !== undefined) return { type: 'float', value: template.slice(offset, float), offset }
  const integer = matchEnd(INTEGER, template, offset)
  if (integer !== undefined) return { type: 'integer', value: template.slice(offset, integer), offset }
  const name = matchEnd(NAME, template, offset)
  if (name !== undefined) return nameToken(template.slice(offset, name), offset)
  const quote = template[offset]
  if (quote === '"' || quote === "'") return stringToken(template, offset, quote)
  const operator = matchEnd(OPERATOR, template, offset)
  if (operator === undefined) throw new TemplateError(`unexpected character ${characterAt(template, offset)}`, offset)
  const value = template.slice(offset, operator)
  return { type: value, value, offset }
}

function nameToken(value: string, offset: number): Token {
  if (!IDENTIFIER.test(value))
    throw new TemplateError(`${JSON.stringify(value.slice(0, 60))} is not an identifier`, offset)
  return { type: 'name', value, offset }
}

function stringToken(template: string, offset: number, quote: string): Token {
  let at = offset + 1
  while (at < template.length && template[at] !== quote) at += template[at] === '\\' ? 2 : 1
  if (at >= template.length) throw new TemplateError(`this string is never closed: expected ${quote}`, offset)
  const value = template.slice(offset, at + 1)
  const problem = escapeProblem(value)
  if (problem !== undefined) throw new TemplateError(problem, offset)
  return { type: 'string', value, offset }
}

/** Jinja2 reads escapes like Python: `\x`, `\u`, `\U` and `\N` have a fixed form, and any other pair is accepted. */
function escapeProblem(text: string): string | undefined {
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 2)) {
    const form = ESCAPES.get(text[at + 1] ?? '')
    if (form === undefined) continue
    const end = matchEnd(form, text, at + 2)
    if (end === undefined) return 'invalid escape sequence'
    const name = text[at + 1] === 'N' ? text.slice(at + 3, end - 1) : undefined
    if (name !== undefined && !isCharacterName(name))
      return `unknown character name ${JSON.stringify(name.slice(0, 60))}`
  }
  return undefined
}

const ESCAPES: ReadonlyMap<string, RegExp> = new Map([
  ['x', /[\da-f]{2}/iy],
  ['u', /[\da-f]{4}/iy],
  ['U', /00(?:0[\da-f]|10)[\da-f]{4}/iy],
  ['N', /\{[A-Za-z0-9 -]+\}/y],
])

function balance(expected: string | undefined, { type, offset }: Token): void {
  if (expected === type) return
  const wanted = expected === undefined ? '' : `, expected "${expected}"`
  throw new TemplateError(`unexpected "${type}"${wanted}`, offset)
}

/** The end of a match that starts exactly at an offset. */
function matchEnd(sticky: RegExp, text: string, offset: number): number | undefined {
  sticky.lastIndex = offset
  return sticky.test(text) ? sticky.lastIndex : undefined
}

function characterAt(text: string, offset: number): string {
  return JSON.stringify(String.fromCodePoint(text.codePointAt(offset) ?? 0))
}
