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
  })
})
