import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { SpanSet } from '../../src/manifest/span-set.js'

it('contains the stretches inside one of its own, ends and all', () => {
  const set = new SpanSet([
    { start: 20, end: 25 },
    { start: 2, end: 10 },
    { start: 3, end: 5 },
    { start: 2, end: 4 },
    { start: 12, end: 13 },
  ])
  const contains = (start: number, end: number) => set.contains({ start, end })
  expect([contains(2, 10), contains(2, 4), contains(9, 10), contains(10, 10), contains(12, 13)]).toStrictEqual([
    true,
    true,
    true,
    true,
    true,
  ])
  expect([
    contains(1, 4),
    contains(2, 11),
    contains(10, 11),
    contains(14, 15),
    contains(0, 1),
    contains(25, 26),
  ]).toStrictEqual([false, false, false, false, false, false])
})

it('contains nothing if it is empty, also not the first character', () => {
  expect(new SpanSet([]).contains({ start: 0, end: 0 })).toBe(false)
  expect(new SpanSet([]).contains({ start: 0, end: 1 })).toBe(false)
})

it('contains what one of its nested stretches contains', () => {
  const nested = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 2 })), { maxLength: 8 })
  fc.assert(
    fc.property(nested, fc.nat(70), fc.nat(12), (pairs, start, length) => {
      // Stretches in blocks of ten: one block is inside itself only, and its parts inside it.
      const spans = pairs.map(([block, inset]) => ({ start: 10 * block + inset, end: 10 * block + 10 - inset }))
      const span = { start, end: start + length }
      const isInside = spans.some((one) => one.start <= span.start && span.end <= one.end)
      expect(new SpanSet(spans).contains(span)).toBe(isInside)
    }),
  )
})
