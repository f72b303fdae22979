/**
 * IDNA rules from the runtime's own character properties. The IDNA tables are large, but mostly follow from these properties.
 * The exceptions are in `tables.ts`.
 */

/** The classes that the rule of https://www.rfc-editor.org/rfc/rfc5893 distinguishes. R is R or AL; N is neutral. */
export type BidiClass = 'L' | 'R' | 'AN' | 'EN' | 'NSM' | 'N'

/** Characters that IDNA removes: soft hyphen, variation selectors, and other invisible ones. */
export const IGNORED =
  /\xad|\u034f|[\u180b-\u180d]|\u180f|[\u200b\u2060\u2064\ufeff\u{1bca0}-\u{1bca3}]|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/gu

/**
 * Whether a character is refused because of its category: unassigned, private, control, separator, or an invisible filler. The
 * two joiners have their own rule.
 */
export function isRefusedByProperty(character: string): boolean {
  return REFUSED.test(character)
}

const REFUSED = /(?![\u200c\u200d])[\p{C}\p{Z}\u115f\u1160\u17b4\u17b5\u3164\uffa0]/u

/**
 * Maps a character for IDNA: NFKC_Casefold, except for the characters it keeps (`ß`, final sigma, the joiners). The result
 * may still need composing with its neighbours.
 */
export function mapCharacter(character: string): string {
  const kept = KEPT.get(character)
  if (kept !== undefined) return kept
  return Array.from(character.normalize('NFKD'), foldCase).join('').normalize('NFKD')
}

/** The ideographic full stops separate labels. The final sigma stays. */
const KEPT: ReadonlyMap<string, string> = new Map([
  ['\u3002', '.'],
  ['\uff61', '.'],
  ['ς', 'ς'],
])

/** Full case folding of one character. Cherokee folds to capitals, and some small letters fold to other small letters. */
function foldCase(character: string): string {
  if (/[\u13a0-\u13fd\uab70-\uabbf]/.test(character)) return character.toUpperCase()
  if (/[\u0345\u03c2\u1c80-\u1c88]/.test(character)) return character.toUpperCase().toLowerCase()
  return character.toLowerCase()
}

/** The likely class of an allowed character, from its block, category and script. */
export function derivedBidi(character: string): BidiClass {
  return LIKELY.find(([, pattern]) => pattern.test(character))?.[0] ?? 'N'
}

const LIKELY: readonly (readonly [BidiClass, RegExp])[] = [
  ['EN', /[0-9]/],
  ['NSM', /[\p{Mn}\p{Me}]/u],
  ['R', /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u],
  ['L', /[\p{L}\p{N}\p{Mc}]|[^\p{sc=Zyyy}\p{sc=Zinh}\p{Ps}\p{Pe}]/u],
]
