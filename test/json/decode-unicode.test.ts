import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeUtf8, decodeUtf16, decodeUtf32 } from '../../src/json/decode-unicode.js'

/** Before a sequence stands a lone surrogate, so that it is the slow reading that reads it. */
const SURROGATE = [0xed, 0xa0, 0x80]
const slowUtf8 = (...bytes: number[]) => decodeUtf8(new Uint8Array([...SURROGATE, ...bytes]))

describe('decodeUtf8', () => {
  it('reads a million characters', () => {
    const bytes = new Uint8Array(3_000_000).map((_, index) => SURROGATE[index % 3] ?? 0)
    expect(decodeUtf8(bytes)).toBe('\ud800'.repeat(1_000_000))
  })

  it.each([
    ['the last of one byte', [0x7f], 0x7f],
    ['the first of two bytes', [0xc2, 0x80], 0x80],
    ['the last of two bytes', [0xdf, 0xbf], 0x7ff],
    ['the first of three bytes', [0xe0, 0xa0, 0x80], 0x800],
    ['the last surrogate', [0xed, 0xbf, 0xbf], 0xdfff],
    ['the last of three bytes', [0xef, 0xbf, 0xbf], 0xffff],
    ['the first of four bytes', [0xf0, 0x90, 0x80, 0x80], 0x10000],
    ['U+10FFFF, the last of all', [0xf4, 0x8f, 0xbf, 0xbf], 0x10ffff],
  ])('reads %s', (_, bytes, codePoint) => {
    expect(slowUtf8(...bytes)).toBe(`\ud800${String.fromCodePoint(codePoint)}`)
  })

  it.each([
    ['U+110000, one past the last of all', [0xf4, 0x90, 0x80, 0x80]],
    ['a first byte of five', [0xf8, 0x88, 0x80, 0x80, 0x80]],
    ['a byte that continues nothing', [0x80]],
    ['two bytes for what one holds', [0xc1, 0xbf]],
    ['three bytes for what two hold', [0xe0, 0x9f, 0xbf]],
    ['four bytes for what three hold', [0xf0, 0x8f, 0xbf, 0xbf]],
    ['a sequence that is cut off', [0xe2, 0x82]],
    ['a sequence that a letter breaks off', [0xe2, 0x82, 0x41]],
  ])('refuses %s', (_, bytes) => {
    expect(slowUtf8(...bytes)).toBeUndefined()
  })

  it('reads a text longer than a piece with every character in its place', () => {
    const text = Array.from({ length: 9000 }, (_, index) => String.fromCodePoint(0x4e00 + (index % 5000))).join('')
    expect(slowUtf8(...new TextEncoder().encode(text))).toBe(`\ud800${text}`)
  })

  it('reads any text as it was written, whichever way reads it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = new TextEncoder().encode(text)
        expect(decodeUtf8(bytes)).toBe(text)
        expect(slowUtf8(...bytes)).toBe(`\ud800${text}`)
      }),
    )
  })
})

describe('decodeUtf32', () => {
  const big = (codePoint: number) => {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setUint32(0, codePoint)
    return bytes
  }

  it('reads U+10FFFF in both orders, and refuses the next', () => {
    expect(decodeUtf32(big(0x10ffff), false)).toBe('\u{10ffff}')
    expect(decodeUtf32(big(0x10ffff).reverse(), true)).toBe('\u{10ffff}')
    expect(decodeUtf32(big(0x110000), false)).toBeUndefined()
    expect(decodeUtf32(big(0x110000).reverse(), true)).toBeUndefined()
  })

  it('keeps a surrogate that stands alone', () => {
    expect(decodeUtf32(big(0xdc00), false)).toBe('\udc00')
  })

  it.each([1, 2, 3, 5, 6, 7])('refuses %i bytes', (length) => {
    expect(decodeUtf32(new Uint8Array(length), true)).toBeUndefined()
  })

  it('reads the bytes that it is given of a longer buffer, and no others', () => {
    const buffer = new Uint8Array([1, 2, 3, 4, ...big(0x41), 9])
    expect(decodeUtf32(buffer.subarray(4, 8), false)).toBe('A')
  })
})

describe('decodeUtf16', () => {
  it('reads both orders, and a surrogate that stands alone', () => {
    expect(decodeUtf16(new Uint8Array([0xd8, 0x3d, 0xde, 0x00]), false)).toBe('\u{1f600}')
    expect(decodeUtf16(new Uint8Array([0x3d, 0xd8, 0x00, 0xde]), true)).toBe('\u{1f600}')
    expect(decodeUtf16(new Uint8Array([0x3d, 0xd8]), true)).toBe('\ud83d')
  })

  it.each([1, 3, 5])('refuses %i bytes', (length) => {
    expect(decodeUtf16(new Uint8Array(length), true)).toBeUndefined()
  })
})
