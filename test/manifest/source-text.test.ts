import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteColumns } from '../../src/manifest/byte-columns.js'
import { checkManifest, MAX_MANIFEST_SIZE } from '../../src/manifest/index.js'
import { decodeUtf8, SourceText } from '../../src/manifest/source-text.js'

describe('SourceText', () => {
  const source = new SourceText('ab\r\n\r\nc\rd\n')

  it('has lines that end at line feeds, with or without a carriage return', () => {
    expect([0, 1, 2, 3, 4, 5].map((line) => source.line(line))).toStrictEqual(['', 'ab', '', 'c\rd', '', ''])
    expect(source.lineCount).toBe(4)
  })

  it.each([
    [0, { start: 0, end: 2 }],
    [2, { start: 0, end: 2 }],
    [3, { start: 0, end: 2 }],
    [4, { start: 4, end: 4 }],
    [5, { start: 4, end: 4 }],
    [7, { start: 6, end: 9 }],
    [10, { start: 10, end: 10 }],
  ])('has offset %i in the line %j', (offset, line) => {
    expect(source.lineAround(offset)).toStrictEqual(line)
  })
})

describe('decodeUtf8', () => {
  const bytesOf = (text: string) => new TextEncoder().encode(text)

  it('reads any text, U+FFFD and a byte order mark included', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'é', '\ufffd', '😀', '\ufeff') }), (text) => {
        expect(decodeUtf8(bytesOf(text))).toStrictEqual({ ok: true, text })
      }),
    )
  })

  it('gives the text before the first byte that is not UTF-8', () => {
    const wrong = fc.constantFrom([0xff], [0x80], [0xc3], [0xef, 0xbf], [0xef, 0x41, 0xbd], [0xf0, 0x9f, 0x98])
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '\ufffd', '😀') })
    fc.assert(
      fc.property(text, wrong, fc.constantFrom('', 'a', '\ufffd'), (before, bytes, after) => {
        const all = new Uint8Array([...bytesOf(before), ...bytes, 0x20, ...bytesOf(after)])
        expect(decodeUtf8(all)).toStrictEqual({ ok: false, before })
      }),
    )
  })
})

it('byteColumns counts the bytes before a place, whatever was asked before', () => {
  const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀') }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(lines, fc.array(fc.tuple(fc.nat(3), fc.nat(20))), (texts, places) => {
      const columns = byteColumns(new SourceText(texts.join('\n')))
      for (const [at, offset] of places) {
        const line = texts[at % texts.length] ?? ''
        const before = [...line].slice(0, offset).join('')
        expect(columns((at % texts.length) + 1, before.length + 1)).toBe(new TextEncoder().encode(before).length + 1)
      }
    }),
  )
})

it('a file that is too large is refused, as text and as bytes', () => {
  for (const large of ['x'.repeat(MAX_MANIFEST_SIZE + 1), new Uint8Array(MAX_MANIFEST_SIZE + 1)]) {
    expect(checkManifest(large).diagnostics).toMatchObject([
      {
        code: 'too_large',
        line: 1,
        column: 1,
        message: 'The file is larger than 67108864 bytes',
        help: 'split it into several files',
      },
    ])
  }
})
