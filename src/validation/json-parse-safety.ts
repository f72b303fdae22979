import { MAX_INTEGER_DIGITS } from '../json/scan-number.js'

/** Checks whether `JSON.parse` can be used instead of our slower reader. These checks must be much cheaper than parsing. */

/** Whether the service can read a text, if it is valid JSON: not nested beyond the limit, no overlong integer. */
export function isReadable(text: string, maxDepth: number): boolean {
  return !mayBeTooDeep(text, maxDepth) && !hasDigits(text, MAX_INTEGER_DIGITS + 1)
}

/**
 * Whether `JSON.parse` gives the same value as the reader: no integer that is long enough to be rounded, and no `-0`.
 */
export function isReadExactly(text: string): boolean {
  return !hasDigits(text, RISKY_DIGITS) && !hasNegativeZero(text)
}

/** Integers with fewer digits are safe. */
const RISKY_DIGITS = 16

/** Whether there is a run of that many digits. Such a run must include one of the characters sampled at that interval. */
function hasDigits(text: string, count: number): boolean {
  const { length } = text
  for (let at = count - 1; at < length; at += count) {
    if (isDigit(text.charCodeAt(at)) && digitsAround(text, at) >= count) return true
  }
  return false
}

/** The length of the run of digits around a given digit. */
function digitsAround(text: string, at: number): number {
  let start = at
  let end = at + 1
  while (isDigit(text.charCodeAt(start - 1))) start -= 1
  while (isDigit(text.charCodeAt(end))) end += 1
  return end - start
}

/** False for `NaN`, which stands for the unit before the first and behind the last. */
function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39
}

/** In Python `-0` is the integer 0. `-0.0` and `-0e1` are negative zero, as in JavaScript. */
function hasNegativeZero(text: string): boolean {
  for (let at = text.indexOf('-0'); at !== -1; at = text.indexOf('-0', at + 2)) {
    const next = text.charAt(at + 2)
    if (!(next === '.' || next === 'e' || next === 'E' || (next >= '0' && next <= '9'))) return true
  }
  return false
}

/**
 * Whether a text is nested beyond a limit. For most texts the length and the number of brackets, which are quick to count, rule
 * it out. Only the rest is read character by character.
 */
function mayBeTooDeep(text: string, maxDepth: number): boolean {
  if (text.length <= 2 * maxDepth) return false
  const arrays = openingsUpTo(text, '[', maxDepth)
  // An array needs at least two characters, an object five: `{"":` and `}`.
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
 * Whether more brackets than a limit open without a bracket closing just before them. In `},{` the second one does not increase
 * the depth: a list of objects is as deep as its first object.
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

/** Reads a text bracket by bracket, skipping strings. */
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
