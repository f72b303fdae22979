import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonValue, readJson } from '../../src/json/index.js'

/** Numbers of which JSON.parse rounds none. */
const SCALARS = [
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.constant(null),
  fc.maxSafeInteger(),
  fc.double({ min: -1, max: 1, noNaN: true }),
]

it('is what JSON.parse makes of any value written as JSON', () => {
  fc.assert(
    fc.property(fc.object({ values: SCALARS }), (value) => {
      const text = JSON.stringify(value)
      expect(parsed(text)).toEqual(JSON.parse(text))
    }),
  )
})

it('takes the last of duplicate keys, at the place of the first', () => {
  expect(Object.entries(parsed('{"a": 1, "b": 2, "a": 3}') ?? {})).toEqual([
    ['a', 3],
    ['b', 2],
  ])
})

it('makes a field of __proto__, and changes no prototype', () => {
  const value = parsed('{"__proto__": {"polluted": true}}')
  expect(Object.keys(value ?? {})).toEqual(['__proto__'])
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})

function parsed(text: string): object | null {
  const read = readJson(text)
  const value = read.ok ? jsonValue(read.root) : undefined
  return typeof value === 'object' ? value : null
}
