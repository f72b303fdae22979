import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { largestFitting } from '../../src/estimate/largest-batch.js'

/** Memory as a replay has it: the highest of several straight lines. */
const LINES = fc.array(fc.record({ fixed: fc.nat(1_000_000_000), perSequence: fc.nat(100_000_000) }), {
  minLength: 1,
  maxLength: 5,
})

describe('largestFitting', () => {
  it('finds the last number that fits', () => {
    fc.assert(
      fc.property(LINES, fc.integer({ min: 1, max: 9 }), fc.nat(1_000_000_000), (lines, known, free) => {
        const bytesOf = (value: number) => Math.max(...lines.map((line) => line.fixed + line.perSequence * value))
        const limit = bytesOf(known) + free
        const found = largestFitting(known, limit, bytesOf)
        expect(bytesOf(found)).toBeLessThanOrEqual(limit)
        expect(found >= 1_000_000 || bytesOf(found + 1) > limit).toBe(true)
      }),
    )
  })

  it('asks for few numbers on the way', () => {
    let asked = 0
    const found = largestFitting(1, 1e12, (value) => {
      asked += 1
      return 5e9 + 7_654_321 * value
    })
    expect(found).toBe(Math.floor((1e12 - 5e9) / 7_654_321))
    expect(asked).toBeLessThan(6)
  })
})
