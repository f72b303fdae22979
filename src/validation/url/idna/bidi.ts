/** The rule for text direction: https://www.rfc-editor.org/rfc/rfc5893#section-2 */

import { codePointSet } from './code-point-set.js'
import { type BidiClass, derivedBidi } from './properties.js'
import { BIDI_AN, BIDI_EN, BIDI_L, BIDI_N, BIDI_NSM } from './tables.js'

/** Whether the labels of a domain follow the rule. It applies if any label contains right-to-left text. */
export function keepsDirections(labels: readonly string[]): boolean {
  const classes = labels.map((label) => Array.from(label, bidiClass))
  const isBidi = classes.some((label) => label.some((kind) => kind === 'R' || kind === 'AN'))
  return !isBidi || classes.every(isValidDirection)
}

/** The class of an allowed character. */
export function bidiClass(character: string): BidiClass {
  return EXCEPTIONS.find(([, has]) => has(character))?.[0] ?? derivedBidi(character)
}

const EXCEPTIONS = [
  ['L', codePointSet(BIDI_L)],
  ['N', codePointSet(BIDI_N)],
  ['NSM', codePointSet(BIDI_NSM)],
  ['EN', codePointSet(BIDI_EN)],
  ['AN', codePointSet(BIDI_AN)],
] as const

function isValidDirection(label: readonly BidiClass[]): boolean {
  const [first] = label
  if (first === undefined) return true
  const last = label.findLast((kind) => kind !== 'NSM')
  if (first === 'R') {
    const isMixed = label.includes('EN') && label.includes('AN')
    return !label.includes('L') && !isMixed && last !== 'N'
  }
  return first === 'L' && !label.includes('R') && !label.includes('AN') && (last === 'L' || last === 'EN')
}
