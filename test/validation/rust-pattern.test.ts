import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rustRegExp } from '../../src/validation/rust-pattern.js'

/** What the platform's pydantic answers to each, asked of it. */
const WORDS = ['a', 'Z', '0', '_', 'é', '日', '٣', '𝟙', '\u0301', '\u200d', '‿', 'Ⅷ', 'ª', '\u{1e950}']
const NO_WORDS = ['-', ' ', '²', '\u00b7', '€', '🦙', '\u00ad', '\u2028', '½']

describe('a pattern of Rust', () => {
  it.each(WORDS)('takes %s for a word character', (character) => {
    expect(['^\\w$', '^[\\w\\-.]$'].map((pattern) => rustRegExp(pattern).test(character))).toStrictEqual([true, true])
    expect(rustRegExp('^\\W$').test(character)).toBe(false)
  })

  it.each(NO_WORDS)('takes %j for none', (character) => {
    expect(rustRegExp('^[\\w]$').test(character)).toBe(false)
    expect(rustRegExp('^\\W$').test(character)).toBe(true)
  })

  it('knows digits and blanks of every script, and only the line feed as the end of a line', () => {
    expect(rustRegExp('^\\d\\s[\\d\\s]$').test('٣\u3000７')).toBe(true)
    expect(rustRegExp('^[\\D\\S]\\D\\S$').test('٣xx')).toBe(true)
    expect(rustRegExp('^\\D|\\S$').test('٣ ')).toBe(false)
    expect(rustRegExp('^.$').test('\u2028')).toBe(true)
    expect(rustRegExp('^.$').test('\n')).toBe(false)
    expect(rustRegExp('^[.]$').test('x')).toBe(false)
  })

  it('leaves everything else as it is', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^(?:[a-z^$|]|[a-z][*+?]|\[[a-z\]-]\\.|\\\.|\\\\)*$/),
        fc.string(),
        (pattern, text) => {
          let expected: RegExp
          try {
            expected = new RegExp(pattern, 'u')
          } catch {
            return
          }
          expect(rustRegExp(pattern).test(text)).toBe(expected.test(text))
        },
      ),
    )
  })

  it('refuses what JavaScript cannot say', () => {
    expect(() => rustRegExp('[\\W]')).toThrow(SyntaxError)
    expect(() => rustRegExp('(')).toThrow(SyntaxError)
    expect(() => rustRegExp('a\\')).toThrow(SyntaxError)
  })
})
