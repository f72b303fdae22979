/**
 * What the runtime's own properties of characters say of IDNA: its tables are large, and mostly follow from these. What does not
 * stands in `tables.ts`.
 */

/** The classes of https://www.rfc-editor.org/rfc/rfc5893 as far as its rule tells them apart: R is R or AL, N is neutral. */
export type BidiClass = 'L' | 'R' | 'AN' | 'EN' | 'NSM' | 'N'

/** Characters that IDNA drops: soft hyphen, variation selectors, and others that show nothing. */
export const IGNORED =
  /\xad|\u034f|[\u180b-\u180d]|\u180f|[\u200b\u2060\u2064\ufeff\u{1bca0}-\u{1bca3}]|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/gu

/**
 * Whether a character is refused for what it is: unassigned, private, a control or a separator, or a filler that shows nothing.
 * The two joiners are left to a rule of their own.
 */
export function isRefusedByProperty(character: string): boolean {
  return REFUSED.test(character)
}

const REFUSED = /(?![\u200c\u200d])[\p{C}\p{Z}\u115f\u1160\u17b4\u17b5\u3164\uffa0]/u

/**
 * What IDNA makes of a character: NFKC_Casefold, but for what it keeps (`ß`, final sigma, the joiners).
 * The result may still have to be composed with what stands around it.
 */
export function mapCharacter(character: string): string {
  const kept = KEPT.get(character)
  if (kept !== undefined) return kept
  return Array.from(character.normalize('NFKD'), foldCase).join('').normalize('NFKD')
}

/** The ideographic full stops separate labels; the capital sharp s is the small one, and not `ss`. */
const KEPT: ReadonlyMap<string, string> = new Map([
  ['\u3002', '.'],
  ['\uff61', '.'],
  ['ß', 'ß'],
  ['ẞ', 'ß'],
  ['ς', 'ς'],
])

/** Full case folding of one character. Those of Cherokee fold to capitals, and some small letters to other small ones. */
function foldCase(character: string): string {
  if (/[\u13a0-\u13fd\uab70-\uabbf]/.test(character)) return character.toUpperCase()
  if (/[\u0345\u03c2\u1c80-\u1c88]/.test(character)) return character.toUpperCase().toLowerCase()
  return character.toLowerCase()
}

/** The class that block, category and script of an allowed character make likely. */
export function derivedBidi(character: string): BidiClass {
  return LIKELY.find(([, pattern]) => pattern.test(character))?.[0] ?? 'N'
}

const LIKELY: readonly (readonly [BidiClass, RegExp])[] = [
  ['EN', /[0-9]/],
  ['NSM', /[\p{Mn}\p{Me}]/u],
  ['R', /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u],
  ['L', /[\p{L}\p{N}\p{Mc}]|[^\p{sc=Zyyy}\p{sc=Zinh}\p{Ps}\p{Pe}]/u],
]
