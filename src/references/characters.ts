/** The scans used by the grammars. Each reads a span of a text once and returns its first problem. */

import type { TextRule } from '../schemas/constraints.js'
import { foundAt, type ReferenceProblem } from './result.js'

/** A part of a text: from `start` up to, not including, `end`, in UTF-16 code units. */
export interface Span {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** A problem of a span, without a message. */
export type Problem = Omit<ReferenceProblem, 'message'>

/** The whole text as one span. */
export function whole(text: string): Span {
  return { text, start: 0, end: text.length }
}

/** The allowed length of a text (in code points, as the service counts) and its allowed characters. */
export interface Charset {
  readonly min: number
  readonly max: number
  readonly accepts: (codeUnit: number) => boolean
  /** Describes the characters: `a letter, digit, …`. */
  readonly characters: string
}

/** The first problem of a span: too short, too long, or the first character that is not allowed. */
export function charsetProblem({ text, start, end }: Span, charset: Charset): Problem | undefined {
  const { min, max, accepts, characters } = charset
  let length = 0
  let stranger: number | undefined
  for (let offset = start; offset < end; length++) {
    const codePoint = text.codePointAt(offset) ?? 0
    if (length === max) return tooLong({ text, start, end }, offset, max)
    if (stranger === undefined && !accepts(codePoint)) stranger = offset
    offset += codePoint > 0xffff ? 2 : 1
  }
  if (stranger !== undefined) return { offset: stranger, found: foundAt(text, stranger, end), expected: characters }
  if (length >= min) return undefined
  return {
    offset: end,
    found: foundAt(text, end),
    expected: min === 1 ? characters : `at least ${min} characters (${characters})`,
  }
}

function tooLong({ text, start, end }: Span, offset: number, max: number): Problem {
  let length = max
  for (let at = offset; at < end; length++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return { offset, found: `${length} characters from offset ${start} on`, expected: `at most ${max} characters` }
}

/**
 * The characters of a rule for references: ASCII only, including for `\w`.
 *
 * @param words - a readable description of the characters
 */
export function charsetOf({ minLength, maxLength, characters }: TextRule, words: string): Charset {
  return { min: minLength, max: maxLength, accepts: isIn(characters), characters: words }
}

/** Whether a code unit is in a character class. Uses a table, because it is called for every character. */
export function isIn(characters: string): (codeUnit: number) => boolean {
  const oneOf = new RegExp(`^[${characters}]$`)
  const table = Array.from({ length: 128 }, (_, code) => oneOf.test(String.fromCharCode(code)))
  return (codeUnit) => table[codeUnit] === true
}
