import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasUnseen, printable, printableJson, printableYaml } from '../../src/display/index.js'

/** Everything that is escaped, each with its escape. */
const ESCAPED: readonly (readonly [what: string, character: string, escape: string])[] = [
  ['a control', '\u001b', '\\u001b'],
  ['a line end', '\n', '\\u000a'],
  ['a C1 control', '\u009b', '\\u009b'],
  ['a mark of direction', '\u202e', '\\u202e'],
  ['an isolate', '\u2066', '\\u2066'],
  ['the Arabic letter mark', '\u061c', '\\u061c'],
  ['a blank without width', '\u200b', '\\u200b'],
  ['a joiner', '\u200d', '\\u200d'],
  ['a word joiner', '\u2060', '\\u2060'],
  ['a byte order mark', '\ufeff', '\\ufeff'],
  ['a soft hyphen', '\u00ad', '\\u00ad'],
  ['a line separator', '\u2028', '\\u2028'],
  ['a paragraph separator', '\u2029', '\\u2029'],
  ['an annotation', '\ufff9', '\\ufff9'],
  ['a filler', '\u3164', '\\u3164'],
  ['a variation selector', '\ufe0f', '\\ufe0f'],
  ['a later variation selector', '\u{e0100}', '\\u{e0100}'],
  ['a tag', '\u{e0041}', '\\u{e0041}'],
  ['half of a surrogate pair', '\ud800', '\\ud800'],
]

describe('printable', () => {
  it.each(ESCAPED)('escapes %s', (_, character, written) => {
    expect(printable(`a${character}b`)).toBe(`a${written}b`)
    expect(hasUnseen(`a${character}b`)).toBe(true)
  })

  it.each(['plain', 'é', '漢字', '😀', 'עברית', 'ab\u0301c', '\u00a0'])('leaves %s as it is', (text) => {
    expect(printable(text)).toBe(text)
  })

  it('leaves nothing that a second pass would escape', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !hasUnseen(printable(text))))
  })
})

describe('printableJson', () => {
  it('keeps the value of any JSON, and its line ends', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = printableJson(JSON.stringify(value, null, 2))
        expect(JSON.parse(text)).toEqual(value)
        expect(hasUnseen(text.replaceAll('\n', ''))).toBe(false)
      }),
    )
  })
})

describe('printableYaml', () => {
  it('writes escapes of YAML', () => {
    expect(printableYaml('"a\u202e\u{e0041}"\n')).toBe('"a\\u202e\\U000e0041"\n')
  })
})
