import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCharacterName } from '../../../src/lint/jinja/character-names.js'
import { checkTemplate } from '../../../src/lint/jinja/check-template.js'

/** Every name that `\N{…}` of a Python string takes, apart from those made by rule: `test/oracle/character_names.py`. */
const NAMES = gunzipSync(readFileSync(new URL('../../fixtures/character-names.txt.gz', import.meta.url)))
  .toString('utf8')
  .trimEnd()
  .split('\n')

const WORDS = new Set(NAMES.flatMap((name) => name.split(/[ -]+/)))

/** What CPython 3.11 says of names made by rule, and of texts that look like names. */
const BY_RULE: readonly (readonly [name: string, isKnown: boolean])[] = [
  ['CJK UNIFIED IDEOGRAPH-4E00', true],
  ['CJK UNIFIED IDEOGRAPH-04E00', true],
  ['CJK UNIFIED IDEOGRAPH-2A6DF', true],
  ['CJK UNIFIED IDEOGRAPH-31350', true],
  ['CJK UNIFIED IDEOGRAPH-33FF', false],
  ['CJK UNIFIED IDEOGRAPH-FA0E', false],
  ['CJK UNIFIED IDEOGRAPH-0041', false],
  ['CJK UNIFIED IDEOGRAPH-4E0', false],
  ['CJK UNIFIED IDEOGRAPH-4e00', false],
  ['CJK UNIFIED IDEOGRAPH-004E00', false],
  ['CJK COMPATIBILITY IDEOGRAPH-FA0E', true],
  ['HANGUL SYLLABLE GA', true],
  ['HANGUL SYLLABLE A', true],
  ['HANGUL SYLLABLE SSYAELG', true],
  ['HANGUL SYLLABLE BBWEONJ', true],
  ['HANGUL SYLLABLE GGG', false],
  ['HANGUL SYLLABLE FA', false],
  ['HANGUL SYLLABLE GAX', false],
  ['HANGUL SYLLABLE ', false],
  ['KHITAN SMALL SCRIPT CHARACTER-18B00', true],
  ['NUSHU CHARACTER-1B170', true],
  ['TANGUT COMPONENT-001', true],
  ['LINE FEED', true],
  ['LF', true],
  ['VS16', true],
  ['latin small letter a', true],
  ['Latin Small Letter A', true],
  ['foo', false],
  ['SNOWMANN', false],
  ['LATIN SMALL LETTER A ', false],
  [' LATIN SMALL LETTER A', false],
  ['LATIN  SMALL LETTER A', false],
  ['LATIN_SMALL_LETTER_A', false],
  ['-', false],
  ['U+0041', false],
  ['FOO YI SYLLABLE IT', false],
  ['YI SYLLABLE IT FOO_', false],
  ['YI SYLLABLE  IT', false],
  ['YI SYLLABLE IT-', false],
  ['A-', false],
  ['-A', false],
  ['TIBETAN LETTER -A', true],
  ['TIBETAN MARK BKA- SHOG YIG MGO', true],
]

describe('isCharacterName', () => {
  it(`knows all ${NAMES.length} recorded names, in capitals and in small letters`, () => {
    expect(NAMES.length).toBeGreaterThan(38_000)
    expect(NAMES.filter((name) => !isCharacterName(name))).toEqual([])
    expect(NAMES.filter((name) => !isCharacterName(name.toLowerCase()))).toEqual([])
  })

  it.each(BY_RULE)('says of %j what Python says: %s', (name, isKnown) => {
    expect(isCharacterName(name)).toBe(isKnown)
  })

  it('knows no name in which a word has a slip that makes it no word of Unicode', () => {
    const slip = fc.record({
      name: fc.constantFrom(...NAMES.filter((name) => /^[A-Z]+(?: [A-Z]+)*$/.test(name) && name.startsWith('LATIN'))),
      at: fc.nat(40),
      letter: fc.constantFrom(...'QXZJ'),
    })
    fc.assert(
      fc.property(slip, ({ name, at, letter }) => {
        const place = at % (name.length + 1)
        const changed = name.slice(0, place) + letter + name.slice(place)
        fc.pre(changed.split(' ').some((word) => !WORDS.has(word)))
        expect(isCharacterName(changed)).toBe(false)
      }),
    )
  })

  it('knows no random text', () => {
    const text = fc.stringMatching(/^[a-z]{7,20}( [a-z]{7,20}){0,3}$/)
    fc.assert(
      fc.property(
        text,
        (name) =>
          !isCharacterName(name) ||
          name
            .toUpperCase()
            .split(' ')
            .every((word) => WORDS.has(word)),
      ),
    )
  })
})

describe('a template', () => {
  it.each([
    ["{{ '\\N{BULLET} item' }}", undefined],
    ["a\n{{ '\\N{foo}' }}", { line: 2, message: 'unknown character name "foo"' }],
    ["{{ '\\N{}' }}", { line: 1, message: 'invalid escape sequence' }],
    ["{{ '\\\\N{foo}' }}", undefined],
  ])('%j: %j', (template, problem) => {
    expect(checkTemplate(template)).toEqual(problem)
  })
})
