import { expect, test } from 'vitest'
import { isFree } from '../../../src/validation/fast-path/free.js'
import { fastPathOf } from './fast-path-of.js'

const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)

test.each([
  ['nested deeper than everyday data', nested(100_000)],
  ['with an integer that no number holds', { seed: 2n ** 64n }],
  ['with an integer that may have been rounded', [2 ** 53]],
  ['with a negative zero', -0],
  ['with a number beyond all numbers', JSON.parse('[1e400]')],
  ['with a number that is none', Number.NaN],
  ['with a hole', new Array(1)],
  ['with a time', { at: new Date(0) }],
  ['with a map', [new Map()]],
  ['with a function', { run: isFree }],
  ['with an instance of a class', { url: new URL('http://h/') }],
])('a free value %s is left to the slow path', (_, value) => {
  expect(fastPathOf('CreateModelEntityRequest').accepts({ name: 'm', custom_fields: { value } })).toBe(false)
  expect(fastPathOf('InferenceParams').accepts({ value })).toBe(false)
  expect(fastPathOf('ValidationError').accepts({ loc: [], msg: '', type: '', input: value })).toBe(false)
})

test('a key that is no Unicode text is left to the slow path where it is an error', () => {
  expect(fastPathOf('InferenceParams').accepts({ '\ud800': 1 })).toBe(false)
  expect(fastPathOf('CreateModelEntityRequest').accepts({ name: 'm', custom_fields: { '\ud800': 1 } })).toBe(true)
})

test('what JSON.parse returns is free, up to 64 levels and a million values', () => {
  for (const value of [null, true, '', 0, -1, 0.5, 2 ** 53 - 1, [], {}, [[1, { a: [null] }]], Object.create(null)]) {
    expect(isFree(value)).toBe(true)
  }
  expect(isFree(nested(64))).toBe(true)
  expect(isFree(nested(65))).toBe(false)
  expect(isFree(new Array(1_000_000).fill(0))).toBe(true)
  expect(isFree(new Array(1_000_001).fill(0))).toBe(false)
})
