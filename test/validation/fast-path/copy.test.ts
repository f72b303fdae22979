import { expect, test } from 'vitest'
import { copyFree } from '../../../src/validation/fast-path/copy.js'
import { fastPathOf } from './fast-path-of.js'

test('a free value is copied throughout, its keys in their order', () => {
  const value = { b: [1, { c: null }], a: 'x', 10: true }
  const copy = copyFree(value)
  expect(copy).toStrictEqual(value)
  expect(JSON.stringify(copy)).toBe(JSON.stringify(value))
  expect((copy as typeof value).b[1]).not.toBe(value.b[1])
})

test('a key named __proto__ is data and pollutes nothing', () => {
  const copy = copyFree(JSON.parse('{"__proto__":{"polluted":true},"constructor":1}')) as object
  expect(Object.keys(copy)).toEqual(['__proto__', 'constructor'])
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  expect('polluted' in {}).toBe(false)
})

test.each([
  ['nested deeper than everyday data', JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
  ['with an integer that no number holds', { seed: 2n ** 64n }],
  ['with an integer that may have been rounded', [2 ** 53]],
  ['with a negative zero', -0],
  ['with a number beyond all numbers', JSON.parse('[1e400]')],
  ['with a number that is none', Number.NaN],
  ['with a hole', new Array(1)],
])('a free value %s is left to the slow path', (_, value) => {
  expect(fastPathOf('CreateModelEntityRequest').build({ name: 'm', custom_fields: { value } })).toBeUndefined()
  expect(fastPathOf('InferenceParams').build({ value })).toBeUndefined()
  expect(fastPathOf('ValidationError').build({ loc: [], msg: '', type: '', input: value })).toBeUndefined()
})

test('a key that is no Unicode text is left to the slow path where it is an error', () => {
  expect(fastPathOf('InferenceParams').build({ '\ud800': 1 })).toBeUndefined()
})
