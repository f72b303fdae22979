import { expect, test } from 'vitest'
import { copyFree } from '../../../src/validation/fast-path/copy.js'

test('a free value is copied throughout, its keys in their order', () => {
  const value = { b: [1, { c: null }], a: 'x', 10: true }
  const copy = copyFree(value)
  expect(copy).toStrictEqual(value)
  expect(JSON.stringify(copy)).toBe(JSON.stringify(value))
  expect((copy as typeof value).b[1]).not.toBe(value.b[1])
})

test('a key named __proto__ is data and pollutes nothing', () => {
  const copy = copyFree(JSON.parse('{"__proto__":{"polluted":true},"constructor":1}')) as object
  expect(Object.keys(copy)).toStrictEqual(['__proto__', 'constructor'])
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  expect('polluted' in {}).toBe(false)
})
