import { describe, expect, it } from 'vitest'
import { decodeBody } from '../../src/json/index.js'

describe('decodeBody', () => {
  it('takes one byte order mark away, from text as from bytes', () => {
    expect(decodeBody('{}')).toBe('{}')
    expect(decodeBody('\ufeff{}')).toBe('{}')
    expect(decodeBody('\ufeff\ufeff{}')).toBe('\ufeff{}')
    expect(decodeBody(bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d))).toBe('{}')
  })

  it('reads a text as its bytes: with a zero in front it is UTF-16', () => {
    expect(decodeBody('\0"')).toBe('"')
    expect(decodeBody('"\0')).toBe('"')
    expect(decodeBody('"a\0"')).toBe('"a\0"')
  })

  it.each([
    ['UTF-16, big-endian by its mark', [0xfe, 0xff, 0x00, 0x5b, 0x00, 0x5d]],
    ['UTF-16, little-endian by its mark', [0xff, 0xfe, 0x5b, 0x00, 0x5d, 0x00]],
    ['UTF-16, big-endian by its zeros', [0x00, 0x5b, 0x00, 0x5d]],
    ['UTF-16, little-endian by its zeros', [0x5b, 0x00, 0x5d, 0x00]],
    ['UTF-32, big-endian by its mark', [0, 0, 0xfe, 0xff, 0, 0, 0, 0x5b, 0, 0, 0, 0x5d]],
    ['UTF-32, little-endian by its zeros', [0x5b, 0, 0, 0, 0x5d, 0, 0, 0]],
  ])('reads %s', (_, body) => {
    expect(decodeBody(bytes(...body))).toBe('[]')
  })

  it.each([
    ['a byte that begins nothing', [0x22, 0xff, 0x22]],
    ['a longer form than needed', [0x22, 0xc0, 0x80, 0x22]],
    ['a sequence cut off', [0x22, 0xe2, 0x82]],
    ['a code point beyond the last', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ['half a unit of UTF-16', [0xff, 0xfe, 0x5b]],
    ['a code point beyond the last in UTF-32', [0xff, 0xfe, 0, 0, 0, 0, 0x11, 0]],
  ])('refuses %s', (_, body) => {
    expect(decodeBody(bytes(...body))).toBeUndefined()
  })

  it('keeps a surrogate that stands alone, as Python does', () => {
    expect(decodeBody(bytes(0x22, 0xed, 0xa0, 0x80, 0x22))).toBe('"\ud800"')
  })

  it('reads long texts with surrogates, in pieces', () => {
    const body = bytes(...Array<number>(10_000).fill(0x61), 0xed, 0xa0, 0x80)
    expect(decodeBody(body)).toBe(`${'a'.repeat(10_000)}\ud800`)
  })
})

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values)
}
