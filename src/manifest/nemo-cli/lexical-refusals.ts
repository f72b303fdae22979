/**
 * What PyYAML cannot scan, although YAML 1.2 or JSON allows it. The command reads every file with PyYAML, whatever its name.
 */

import { type LexemeListener, SCALAR_MARK } from '../lexeme-listener.js'
import type { TellRefusal } from './refusal.js'

/** Looks at the lexemes of a text for what PyYAML refuses. */
export class LexicalRefusals implements LexemeListener {
  readonly #tell: TellRefusal
  readonly #anchors = new Set<string>()
  #isScalar: boolean | undefined
  #isBlock: boolean | undefined
  #isExplicit: boolean | undefined
  #flow = 0
  #line = 0
  /** Where the last scalar begins: it may be a key. */
  #key: { readonly start: number; readonly line: number } | undefined

  constructor(tell: TellRefusal) {
    this.#tell = tell
  }

  lexeme(lexeme: string, offset: number): void {
    const isScalar = this.#isScalar
    this.#isScalar = lexeme === SCALAR_MARK
    const line = this.#line
    for (let at = lexeme.indexOf('\n'); at >= 0; at = lexeme.indexOf('\n', at + 1)) this.#line += 1
    const [first = ''] = lexeme
    if (isScalar || first === '"' || first === "'") this.#key = { start: offset, line }
    if (isScalar) this.#unquoted(lexeme, offset)
    else if (first === '|' || first === '>') this.#isBlock = true
    else if (first === '{' || first === '[') this.#open()
    else if (first === '}' || first === ']') this.#flow -= 1
    else if (first === ',' || first === '?') this.#isExplicit = first === '?'
    else if (first === ':') this.#colon(offset)
    else if (first === '&' || first === '*') this.#anchor(lexeme, offset)
    else if (first === '"') this.#escapes(lexeme, offset)
    else if (lexeme === '---' || lexeme === '...') this.#anchors.clear()
    else if (first === '%' && !DIRECTIVE.test(lexeme))
      this.#refuse(offset, lexeme.length, 'this directive', 'remove it')
    else if (/^[ \t\r]+$/.test(lexeme) && lexeme.includes('\t')) {
      this.#refuse(offset + lexeme.indexOf('\t'), 1, 'a tab between values', 'write spaces')
    }
  }

  #open(): void {
    this.#flow += 1
    this.#isExplicit = false
    this.#key = undefined
  }

  /** Between brackets, a key and its colon are on one line, and not far apart. */
  #colon(offset: number): void {
    const key = this.#key
    this.#key = undefined
    if (this.#flow === 0 || this.#isExplicit || key === undefined) return
    if (key.line !== this.#line) this.#refuse(offset, 1, 'a key that is not on the line of its colon', 'join the lines')
    else if (offset - key.start > LONGEST_KEY)
      this.#refuse(key.start, 1, 'a key of more than 1,024 characters', 'shorten it')
  }

  /** A plain scalar. The lines of a block scalar may contain anything. */
  #unquoted(text: string, offset: number): void {
    const isBlock = this.#isBlock
    this.#isBlock = false
    if (isBlock) return
    const tab = text.indexOf('\t')
    if (tab >= 0) this.#refuse(offset + tab, 1, 'a tab in a plain value', 'quote the value')
    if (this.#flow > 0 && /^[?:]/.test(text)) {
      this.#refuse(offset, 1, `a plain value that begins with ${text[0]}, between brackets`, 'quote the value')
    }
  }

  #anchor(lexeme: string, offset: number): void {
    const name = lexeme.slice(1)
    if (/[^A-Za-z0-9_-]/.test(name)) {
      this.#refuse(offset, lexeme.length, 'this name of an anchor', 'use only letters, digits, - and _')
    } else if (lexeme.startsWith('&')) {
      if (this.#anchors.has(name)) this.#refuse(offset, lexeme.length, 'an anchor that is defined twice', 'rename it')
      this.#anchors.add(name)
    }
  }

  /** Python keeps the two halves of a character apart, and cannot encode them. */
  #escapes(lexeme: string, offset: number): void {
    for (const match of lexeme.matchAll(/\\(?:u([dD][89a-fA-F][0-9a-fA-F]{2})|.)/gs)) {
      if (match[1] === undefined) continue
      const help = 'write the character itself'
      this.#refuse(offset + match.index, match[0].length, 'a surrogate written as an escape', help)
      return
    }
  }

  #refuse(start: number, length: number, what: string, help: string): void {
    this.#tell({ span: { start, end: start + length }, message: `The command cannot read ${what}`, help })
  }
}

/** The directives that PyYAML reads: YAML 1, tags, and others by a simple name. */
const DIRECTIVE = /^%(?:YAML +1\.\d+|TAG +\S+ +\S+|(?!YAML|TAG)[\w-]+(?: [^\t]*)?) *$/

/** PyYAML gives up a key that is longer. */
const LONGEST_KEY = 1024

/** Characters that PyYAML refuses or reads as line ends. */
const UNREADABLE = /[\x7f-\x9f\u2028\u2029\ufffe\uffff]|\r(?!\n)/g

/** Finds the characters that PyYAML refuses or misreads, wherever they are. */
export function refusedCharacters(text: string, tell: TellRefusal): void {
  for (const match of text.matchAll(UNREADABLE)) {
    const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    const span = { start: match.index, end: match.index + 1 }
    tell({
      span,
      message: `The command refuses or changes the character U+${code}`,
      help: 'write it as an escape in double quotes',
    })
  }
}
