import { MAX_INTEGER_DIGITS } from '../json/scan-number.js'

/** What is asked of a text before `JSON.parse` may read it in the reader's place; it must cost next to nothing against that. */

/** Whether a text, if it is JSON at all, is one that the service reads: not nested beyond the limit, no endless integer. */
export function isReadable(text: string, maxDepth: number): boolean {
  return !mayBeTooDeep(text, maxDepth) && !hasDigits(text, MAX_INTEGER_DIGITS + 1)
}

/**
 * Whether `JSON.parse` makes of a readable text just what the reader makes of it: no integer long enough to be rounded, and no
 * `-0`.
 */
export function isReadExactly(text: string): boolean {
  return !hasDigits(text, RISKY_DIGITS) && !hasNegativeZero(text)
}

/** Integers of fewer digits than this are safe. */
const RISKY_DIGITS = 16

/** Whether that many digits follow each other: one of them must then stand where every so many characters are looked at. */
function hasDigits(text: string, count: number): boolean {
  const { length } = text
  for (let at = count - 1; at < length; at += count) {
    if (isDigit(text.charCodeAt(at)) && digitsAround(text, at) >= count) return true
  }
  return false
}

/** How many digits stand in a row, of which one is known. */
function digitsAround(text: string, at: number): number {
  let start = at
  let end = at + 1
  while (start > 0 && isDigit(text.charCodeAt(start - 1))) start -= 1
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1
  return end - start
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39
}

/** `-0` is an integer without a sign to Python; `-0.0` and `-0e1` are floats with one, as in JavaScript. */
function hasNegativeZero(text: string): boolean {
  for (let at = text.indexOf('-0'); at !== -1; at = text.indexOf('-0', at + 2)) {
    const next = text.charAt(at + 2)
    if (!(next === '.' || next === 'e' || next === 'E' || (next >= '0' && next <= '9'))) return true
  }
  return false
}

/**
 * Whether a text is nested beyond a limit. Most texts are known not to be by their length and by how many brackets they have, which
 * is quick to count; only what may be deep is read character by character.
 */
function mayBeTooDeep(text: string, maxDepth: number): boolean {
  if (text.length <= 2 * maxDepth) return false
  const arrays = openingsUpTo(text, '[', maxDepth)
  // An array takes two characters at least, an object five: `{"":` and `}`.
  if (arrays + (text.length - 2 * arrays) / 5 <= maxDepth) return false
  if (arrays + openingsUpTo(text, '{', maxDepth) <= maxDepth) return false
  return hasMoreFirstOpenings(text, maxDepth) && isTooDeep(text, maxDepth)
}

function openingsUpTo(text: string, opening: '[' | '{', limit: number): number {
  let count = 0
  for (let at = text.indexOf(opening); at !== -1 && count <= limit; at = text.indexOf(opening, at + 1)) count += 1
  return count
}

/**
 * Whether more brackets than a limit open without another closing right before them, as in `},{`. Those that follow one make
 * nothing deeper than it was: a list of objects is as deep as its first one.
 */
function hasMoreFirstOpenings(text: string, limit: number): boolean {
  let count = 0
  for (const opening of '[{') {
    for (let at = text.indexOf(opening); at !== -1; at = text.indexOf(opening, at + 1)) {
      const isNext = text.charAt(at - 1) === ',' && isClosing(text.charCodeAt(at - 2))
      if (!isNext) count += 1
      if (count > limit) return true
    }
  }
  return false
}

/** Reads a text bracket by bracket, but for those in strings. */
function isTooDeep(text: string, maxDepth: number): boolean {
  let depth = 0
  let isInString = false
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (isInString) {
      if (unit === 0x5c) at += 1
      else if (unit === 0x22) isInString = false
    } else if (unit === 0x22) {
      isInString = true
    } else if (unit === 0x5b || unit === 0x7b) {
      depth += 1
      if (depth > maxDepth) return true
    } else if (isClosing(unit)) {
      depth -= 1
    }
  }
  return false
}

function isClosing(unit: number): boolean {
  return unit === 0x5d || unit === 0x7d
}
