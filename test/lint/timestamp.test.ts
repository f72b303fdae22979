import { describe, expect, it } from 'vitest'
import { isBefore } from '../../src/lint/timestamp.js'

describe('isBefore', () => {
  it.each([
    ['2024-01-01T00:00:00', '2024-01-01T00:00:01Z'],
    ['2024-01-01T00:00:00.000001Z', '2024-01-01T00:00:00.000002Z'],
    ['2024-01-01T00:00:00.1Z', '2024-01-01T00:00:00.11Z'],
    ['2024-01-01T01:59:59+02:00', '2024-01-01T00:00:00Z'],
    ['2024-01-01T00:00:00Z', '2023-12-31T23:59:59-00:01'],
    ['0001-01-01T00:00:00Z', '0099-01-01T00:00:00Z'],
    ['0099-12-31T23:59:59Z', '1999-01-01T00:00:00Z'],
    ['2024-02-29T23:59:59Z', '2024-03-01T00:00:00Z'],
    ['2024-01-01T00:00:00+00:00:01', '2024-01-01T00:00:00Z'],
    ['2024-01-01T00:00:00.9Z', '2024-01-01T00:00:01Z'],
    ['2024-01-01 00:00:00', '2024-01-01T00:01:00'],
    ['2024-01-01T00:59:59Z', '2024-01-01T01:00:00Z'],
    ['2024-01-01T00:00:00+01:30', '2023-12-31T22:31:00Z'],
  ])('%s is before %s', (earlier, later) => {
    expect(isBefore(earlier, later)).toBe(true)
    expect(isBefore(later, earlier)).toBe(false)
  })

  it.each([
    ['2024-01-01T00:00:00', '2024-01-01T00:00:00Z'],
    ['2024-01-01T02:00:00+02:00', '2023-12-31T22:30:00-01:30'],
  ])('%s and %s are the same instant', (one, other) => {
    expect([isBefore(one, other), isBefore(other, one)]).toEqual([false, false])
  })

  it('says of what is no datetime nothing', () => {
    expect([isBefore('', '2024-01-01T00:00:00Z'), isBefore('2024-01-01T00:00:00Z', 'x')]).toEqual([false, false])
    const later = '9999-01-01T00:00:00Z'
    for (const text of [
      'x2024-01-01T00:00:00Z',
      '2024-01-01T00:00:00Zx',
      '2024-01-01T00:00:00.1234567Z',
      '2024-01-01x00:00:00Z',
    ]) {
      expect([isBefore(text, later), isBefore('0001-01-01T00:00:00Z', text)], text).toEqual([false, false])
    }
  })
})
