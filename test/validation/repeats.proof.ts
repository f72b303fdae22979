import { describe, expect, it } from 'vitest'
import { lint } from '../../src/lint/index.js'
import { is, validate } from '../../src/validation/index.js'

/** A value that doubles with each level: `depth` arrays or objects, and 2 to the power of `depth` values as JSON. */
function doubling(depth: number, pair: (value: unknown) => unknown): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = pair(value)
  return value
}

const asList = (value: unknown): unknown => [value, value]
const asFields = (value: unknown): unknown => ({ a: value, b: value })
const ENDLESS = /same arrays or objects so many times/

describe.each([
  ['lists', asList],
  ['objects', asFields],
])('shared %s that double with each level', (_, pair) => {
  it('are refused at once, whatever the depth', () => {
    for (const depth of [25, 500]) {
      const value = doubling(depth, pair)
      expect(() => validate('CreateModelEntityRequest', { name: 'ab', custom_fields: { value } })).toThrow(ENDLESS)
      expect(() => validate('Lora', { rank: value })).toThrow(ENDLESS)
      expect(() => validate('CreateModelEntityRequest', { name: 5, ownership: { value } })).toThrow(ENDLESS)
      expect(() => is('InferenceParams', { value })).toThrow(ENDLESS)
      expect(() => lint('CreateModelEntityRequest', { name: 'ab', custom_fields: { value } })).toThrow(ENDLESS)
    }
  })

  it('are taken up to a million repeats', () => {
    const value = doubling(15, pair)
    expect(validate('InferenceParams', { value })).toMatchObject({ ok: true, value: { value } })
    expect(is('InferenceParams', { value })).toBe(true)
  })
})

it('a large value without shared parts is taken', () => {
  const value = Array.from({ length: 1_200_000 }, () => [])
  expect(validate('InferenceParams', { value })).toMatchObject({ ok: true })
})

describe('is', () => {
  it.each([
    ['an integer that no number holds', 2n ** 64n, false],
    ['a float', 1e300, true],
    ['a key that is no Unicode text', { '\ud800': 1 }, true],
  ])('looks into free data: %s', (_, value, expected) => {
    expect(is('CreateModelEntityRequest', { name: 'ab', custom_fields: { value } })).toBe(expected)
  })

  it('throws for free data that no JSON text can hold, like validate', () => {
    const body = { name: 'ab', custom_fields: { at: new Date(0) } }
    expect(() => validate('CreateModelEntityRequest', body)).toThrow(TypeError)
    expect(() => is('CreateModelEntityRequest', body)).toThrow(TypeError)
  })
})
