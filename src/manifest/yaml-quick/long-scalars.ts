/** Scalars of several lines. */

import { DOUBLE_QUOTE, HASH, isBlank, TAB } from './characters.js'
import type { Lines } from './lines.js'
import { closingQuote } from './scalars.js'

/** A scalar that was read. The cursor stands behind it. */
export interface LongScalar {
  readonly value: string
  readonly end: number
}

/**
 * Reads a block scalar. Undefined if it is not a usual one: with an indicator of its indentation, with `+`, or with
 * blank lines that are longer than its indentation.
 *
 * @param parent - the column of the collection that it is in
 */
export function blockScalar(lines: Lines, at: number, parent: number): LongScalar | undefined {
  const { text } = lines
  const isStripped = text[at + 1] === '-'
  if (!lines.isRestEmpty(isStripped ? at + 2 : at + 1)) return undefined
  const read = linesOf(lines, parent)
  if (read === undefined) return undefined
  const body = text[at] === '|' ? read.contents.join('\n') : folded(read.contents)
  return { value: isStripped ? body : `${body}\n`, end: at + text.slice(at, read.end).trimEnd().length }
}

interface BlockLines {
  /** The lines without their indentation. Blank ones at the end are not among them. */
  readonly contents: readonly string[]
  readonly end: number
}

function linesOf(lines: Lines, parent: number): BlockLines | undefined {
  const contents: string[] = []
  let indent = 0
  let longestBlank = 0
  let count = 0
  let end = 0
  while (lines.step()) {
    const column = lines.at - lines.start
    if (lines.at === lines.end) {
      longestBlank = Math.max(longestBlank, column)
      contents.push('')
      continue
    }
    if (count === 0) indent = column
    if (column < indent || column <= parent) {
      lines.next = lines.start
      break
    }
    contents.push(lines.text.slice(lines.start + indent, lines.end))
    count = contents.length
    end = lines.end
  }
  lines.advance()
  if (count === 0 || longestBlank > indent) return undefined
  contents.length = count
  return { contents, end }
}

/** Joins lines by blanks, except around those that are more indented. */
function folded(contents: readonly string[]): string {
  let value = ''
  let breaks = ''
  let isAfterText: boolean | undefined
  for (const content of contents) {
    if (content === '') {
      breaks += '\n'
      continue
    }
    const isText = !isBlank(content.charCodeAt(0))
    const between = isText && isAfterText ? breaks || ' ' : `${breaks}\n`
    value += (value === '' ? breaks : between) + content
    breaks = ''
    isAfterText = isText
  }
  return value
}

/**
 * Reads the further lines of a plain scalar. Undefined if they may be something else.
 *
 * @param first - its first line; the cursor is to go on behind it
 */
export function continuedPlain(lines: Lines, first: LongScalar, parent: number): LongScalar | undefined {
  let { value, end } = first
  let blanks = 0
  while (lines.step()) {
    if (lines.at === lines.end) {
      blanks += 1
      continue
    }
    if (lines.at - lines.start <= parent || lines.text.charCodeAt(lines.at) === HASH) {
      lines.next = lines.start
      break
    }
    const part = plainLine(lines, lines.at)
    if (part === undefined) return undefined
    value += (blanks === 0 ? ' ' : '\n'.repeat(blanks)) + part.value
    end = part.end
    blanks = 0
    if (part.hasComment) break
  }
  lines.advance()
  return { value, end }
}

/**
 * Reads a scalar in quotes that goes on in the next lines. Undefined if it has an escape, or something else stands behind it.
 *
 * @param open - the place of its first quote; the closing one is not on that line
 */
export function quotedLines(lines: Lines, open: number, parent: number): LongScalar | undefined {
  const { text } = lines
  const isDouble = text.charCodeAt(open) === DOUBLE_QUOTE
  let value = text.slice(open + 1, trimmedEnd(text, open + 1, lines.end))
  let blanks = 0
  while (lines.step()) {
    const { at, end } = lines
    if (at === end) {
      blanks += 1
      continue
    }
    if (at - lines.start <= parent || text.charCodeAt(at) === TAB) return undefined
    const close = closingQuote(text, open, end, at)
    value += blanks === 0 ? ' ' : '\n'.repeat(blanks)
    value += text.slice(at, close ?? trimmedEnd(text, at, end))
    blanks = 0
    if (close === undefined) continue
    if ((isDouble && value.includes('\\')) || !lines.isRestEmpty(close + 1)) return undefined
    lines.advance()
    return { value: isDouble ? value : value.replaceAll("''", "'"), end: close + 1 }
  }
  return undefined
}

function trimmedEnd(text: string, from: number, to: number): number {
  let end = to
  while (end > from && isBlank(text.charCodeAt(end - 1))) end -= 1
  return end
}

/** The part of a plain scalar that is on the current line. Undefined if there is a key in it, or a tab before it. */
export function plainLine(lines: Lines, at: number): (LongScalar & { readonly hasComment: boolean }) | undefined {
  const { text } = lines
  if (isBlank(text.charCodeAt(at))) return undefined
  const rest = text.slice(at, lines.end)
  const comment = rest.includes('#') ? rest.search(COMMENT) : -1
  const length = trimmedEnd(rest, 0, comment === -1 ? rest.length : comment)
  const value = rest.slice(0, length)
  if (value.includes(':') && KEY.test(value)) return undefined
  return { value, end: at + length, hasComment: comment !== -1 }
}

const COMMENT = /[ \t]#/
const KEY = /:(?:[ \t]|$)/
