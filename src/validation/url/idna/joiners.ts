/** Where the two joiners, which are invisible, are allowed: https://www.rfc-editor.org/rfc/rfc5892#appendix-A.1 */

import { codePointSet } from './code-point-set.js'
import { JOINS_NEXT, JOINS_PREVIOUS, TRANSPARENT } from './tables.js'

/** Whether each joiner in a label follows a virama or, for the non-joiner, is between two letters that would join. */
export function keepsJoiners(label: string): boolean {
  if (!/[\u200c\u200d]/.test(label)) return true
  const characters = Array.from(label)
  return characters.every((character, at) => {
    if (character !== ZWNJ && character !== ZWJ) return true
    if (isVirama(characters[at - 1] ?? '')) return true
    return character === ZWNJ && finds(characters, at, -1, joinsNext) && finds(characters, at, 1, joinsPrevious)
  })
}

const ZWNJ = '\u200c'
const ZWJ = '\u200d'

/** Whether the next non-transparent character has a given kind. A joiner ends the search, so the time is linear. */
function finds(
  characters: readonly string[],
  from: number,
  step: 1 | -1,
  isWanted: (character: string) => boolean,
): boolean {
  for (let at = from + step; ; at += step) {
    const character = characters[at]
    if (character === undefined) return false
    if (isWanted(character)) return true
    if (!isTransparent(character)) return false
  }
}

/**
 * Whether a character is a virama: canonical combining class 9. There is no property for this, but the order of marks shows
 * it: in normal form, class 8 comes before it and class 10 after it.
 */
export function isVirama(character: string): boolean {
  if (!isNormal(character)) return false
  return !isNormal(character + CLASS_8) && !isNormal(CLASS_10 + character)
}

const CLASS_8 = '\u3099'
const CLASS_10 = '\u05b0'

function isNormal(text: string): boolean {
  return text.normalize('NFD') === text
}

/** Whether a character joins with the next one. */
export const joinsNext = codePointSet(JOINS_NEXT)
/** Whether a character joins with the one before it. */
export const joinsPrevious = codePointSet(JOINS_PREVIOUS)
const isTransparentToo = codePointSet(TRANSPARENT)

/** Whether letters join across a character. */
export function isTransparent(character: string): boolean {
  return /[\p{Mn}\p{Me}]/u.test(character) || isTransparentToo(character)
}
