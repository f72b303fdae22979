/**
 * The names in `\N{…}`, as Python's strings take them.
 *
 * The names themselves are 200 kB even when compressed, so their words are checked, not how the words are combined:
 * `\N{foo}` and `\N{SNOWMANN}` are unknown, but `\N{SNOWMAN WITH HALO}` is not noticed. Words of every Unicode up to 18
 * are known, because templates run on any version of Python.
 */

import { WORDS } from './character-words.js'

/** Whether a name may be one of a character: false only if no Python knows it. Capitals and small letters are alike. */
export function isCharacterName(name: string): boolean {
  if (IDEOGRAPH.test(name)) return isIdeograph(name.slice('CJK UNIFIED IDEOGRAPH-'.length))
  const capitals = name.toUpperCase()
  if (capitals.startsWith('HANGUL SYLLABLE ')) return HANGUL.test(capitals)
  if (SYLLABARY.test(capitals)) return true
  known ??= new Set(decode(WORDS))
  const words = known
  // A word may begin or end with a hyphen of its own: `LETTER -A`.
  return capitals.split(/ -|- |[ -]/).every((word) => NUMBER.test(word) || words.has(word))
}

let known: ReadonlySet<string> | undefined

/** Numbers of signs (`A001`, `DOTS-12`, `GESH2`, `1F00A`) are not in the list of words. */
export const NUMBER = /^(?:[A-Z]{0,7}\d{1,8}[A-Z]{0,2}|[\dA-F]{4,5})$/

const IDEOGRAPH = /^CJK UNIFIED IDEOGRAPH-/i

/** Compatibility ideographs that Unicode also counts as unified (U+FA0E) have another name. */
function isIdeograph(digits: string): boolean {
  const code = /^[\dA-F]{4,5}$/.test(digits) ? Number.parseInt(digits, 16) : 0
  return UNIFIED.test(String.fromCodePoint(code)) && !(code >= 0xf900 && code <= 0xfaff)
}

/** The runtime's Unicode may be older than Unicode 18; its blocks of ideographs beyond the second plane are taken whole. */
const UNIFIED = /[\p{Unified_Ideograph}\u{2a6e0}-\u{2fa1f}\u{30000}-\u{3fffd}]/u

const HANGUL =
  /^HANGUL SYLLABLE (?:GG|DD|BB|SS|JJ|[GNDRMBSJCKTPH]?)(?:YAE|YEO|WAE|YA|YE|YO|YU|YI|AE|EO|EU|OE|WA|WE|WI|WEO|[AEIOU])(?:GG|GS|NJ|NH|LG|LM|LB|LS|LT|LP|LH|BS|SS|NG|[GNDLMBSJCKTPH]?)$/

/** The words of these scripts are the sounds of their syllables, and would be a third of all words. */
export const SYLLABARY =
  /^(?:YI SYLLABLE|BAMUM LETTER|CANADIAN SYLLABICS|ETHIOPIC SYLLABLE|CUNEIFORM SIGN|VAI SYLLABLE|BYZANTINE MUSICAL SYMBOL|MENDE KIKAKUI SYLLABLE|PAHAWH HMONG) [A-Z\d]+(?:[ -][A-Z\d]+)*$/

/** Each word is written as a digit, the number of first letters that it shares with the word before it, and the rest. */
function* decode(words: string): Generator<string> {
  let word = ''
  for (const [, shared = '', rest = ''] of words.matchAll(/([\da-z])([^\da-z]*)/g)) {
    word = word.slice(0, Number.parseInt(shared, 36)) + rest
    yield word
  }
}
