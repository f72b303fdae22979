/** Scalars on one line. */

import { otherReading } from '../yaml-1-1/other-reading.js'
import { BACKSLASH, DASH, DOUBLE_QUOTE, isDigit, isLetter, isOfWord, ZERO } from './characters.js'
import { coreValue } from './core-value.js'
import { type Made, type Maker, REFUSED } from './maker.js'

/** The closing quote of a scalar in quotes. Undefined if it is not on the line. */
export function closingQuote(text: string, open: number, lineEnd: number, from = open + 1): number | undefined {
  const quote = text.charCodeAt(open)
  for (let at = from; at < lineEnd; at += 1) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH && quote === DOUBLE_QUOTE) at += 1
    else if (code === quote) {
      if (quote === DOUBLE_QUOTE || text.charCodeAt(at + 1) !== quote) return at
      at += 1
    }
  }
  return undefined
}

/** The value between two quotes of one line. Undefined if it has an escape that JSON does not have. */
export function quotedValue(text: string, open: number, close: number): string | undefined {
  const written = text.slice(open + 1, close)
  if (text.charCodeAt(open) !== DOUBLE_QUOTE) return written.replaceAll("''", "'")
  if (!written.includes('\\')) return written
  return JSON_ESCAPES.test(written) && !written.includes('\t') ? JSON.parse(`"${written}"`) : undefined
}

const JSON_ESCAPES = /^(?:[^\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*$/

/** Whether a plain scalar may begin at an offset. Some that may in fact are left to the other reader. */
export function startsPlain(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code !== DASH) return !NOT_PLAIN.has(code)
  const second = text.charCodeAt(at + 1)
  return isLetter(second) || isDigit(second) || second === 0x2e
}

const NOT_PLAIN: ReadonlySet<number> = new Set([...' \t\n\r?:,[]{}#&*!|>\'"%@`'].map((one) => one.charCodeAt(0)))

/** Reads at once what most scalars are: an integer, or a text that no version of YAML reads otherwise. Undefined for others. */
export function quickScalar(text: string, start: number, end: number): number | string | undefined {
  const first = text.charCodeAt(start)
  if (isDigit(first)) return first === ZERO || end - start > MOST_DIGITS ? undefined : integerIn(text, start, end)
  if (!isLetter(first) || end - start <= LONGEST_WORD) return undefined
  let at = start + 1
  while (isOfWord(text.charCodeAt(at))) at += 1
  return at === end ? text.slice(start, end) : undefined
}

/** Integers of so many digits are exact. */
const MOST_DIGITS = 15

function integerIn(text: string, start: number, end: number): number | undefined {
  let value = 0
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at)
    if (!isDigit(code)) return undefined
    value = value * 10 + code - ZERO
  }
  return value
}

/** Makes a plain scalar. */
export function plain<Node>(
  maker: Maker<Node, unknown, unknown>,
  written: string,
  start: number,
  end: number,
): Made<Node> {
  const value = coreValue(written)
  if (value === undefined) return REFUSED
  const other = otherReading(written, value, undefined)
  const spelling = typeof value === 'number' || typeof value === 'bigint' ? written : undefined
  return maker.scalar(value, start, end, spelling, other && { other, written })
}

/** Whether a text is a word of some version of YAML, in some spelling. As a key it is left to the other reader. */
export function isWord(text: string): boolean {
  return text.length <= LONGEST_WORD && WORDS.has(text.toLowerCase())
}

const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off'])
/** The longest word that some version of YAML reads as a boolean or null. */
const LONGEST_WORD = 5

/** Longer ones may be too long for a key, which ends within 1,024 characters. */
export const LONGEST_KEY = 1000
