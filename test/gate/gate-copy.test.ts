import { expect, test } from 'vitest'
import { copyFree } from '../../src/validation/gate-copy.js'

test('a free value is copied throughout, its keys in their order', () => {
  const value = { b: [1, { c: null }], a: 'x', 10: true }
  const copy = copyFree(value)
  expect(copy).toStrictEqual(value)
  expect(JSON.stringify(copy)).toBe(JSON.stringify(value))
  expect((copy as typeof value).b[1]).not.toBe(value.b[1])
})

test('numbers that JSON cannot say become null', () => {
  expect(copyFree([Number.NaN, { x: Number.NEGATIVE_INFINITY }])).toEqual([null, { x: null }])
})

test('a key named __proto__ is data and pollutes nothing', () => {
  const copy = copyFree(JSON.parse('{"__proto__":{"polluted":true},"constructor":1}')) as object
  expect(Object.keys(copy)).toEqual(['__proto__', 'constructor'])
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  expect('polluted' in {}).toBe(false)
})

test('a value nested a hundred thousand deep is copied without overflowing the stack', () => {
  const deep = JSON.parse(`${'{"a":['.repeat(50_000)}${']}'.repeat(50_000)}`)
  let depth = 0
  for (let at: unknown = copyFree(deep); at !== undefined; depth++) {
    at = Array.isArray(at) ? at[0] : (at as { a: unknown }).a
  }
  expect(depth).toBe(100_000)
})
