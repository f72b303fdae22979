import { describe, expect, it } from 'vitest'
import { FORMATS, integers, isRounded } from '../../src/checkpoint/quantisation/weight-format.js'

describe('the precision of integers', () => {
  // `ModelSpec.precision` has names for 4, 8 and 16 bits.
  it.each([
    [1, 'int4'],
    [4, 'int4'],
    [4.01, 'int8'],
    [8, 'int8'],
    [8.5, 'int16'],
    [16, 'int16'],
  ])('of %d bits is %s', (bits, precision) => expect(integers(bits)).toStrictEqual({ bits, precision }))

  it('is rounded up for all other bits', () => {
    const rounded = [1, 2, 3, 4, 4.5, 5, 6, 8, 12, 16].filter((bits) => isRounded(integers(bits)))
    expect(rounded).toStrictEqual([1, 2, 3, 4.5, 5, 6, 12])
  })
})

describe('the precision of floats', () => {
  it('is rounded for six bits, which have no name', () => {
    expect(Object.entries(FORMATS).flatMap(([name, format]) => (isRounded(format) ? [name] : []))).toStrictEqual([
      'mxfp6',
    ])
  })

  it.each([
    ['bfloat16', 16, false],
    ['float8_e4m3fn', 6, true],
    ['float8_e5m2', 6, true],
    ['float8', 8, false],
    ['float8_e4m3fn', 8, false],
    ['float8_e5m2', 2, true],
    ['none', 3, false],
  ])('%s for %d bits is rounded: %s', (precision, bits, expected) =>
    expect(isRounded({ bits, precision })).toBe(expected),
  )
})
