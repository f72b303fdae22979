import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { validateJson } from '../../src/validation/index.js'
import { isReadable } from '../../src/validation/json-parse-safety.js'

it('a text is readable just as far as its value is nested no deeper than the limit', () => {
  const strings = fc.string({ unit: fc.constantFrom('[', '{', ']', '}', ',', '"', '\\', 'a') })
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 8, depthSize: 'max' },
      strings,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(strings, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }))
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1, '\t'), fc.integer({ min: 1, max: 8 }), (one, indent, limit) => {
      expect(isReadable(JSON.stringify(one, null, indent), limit)).toBe(depthOf(one) <= limit)
    }),
  )
})

it.each([
  ['lists', '[', ']'],
  ['objects', '{"a":', '}'],
  ['lists after objects', '[{},', ']'],
  ['objects in lists', '[{"a":[1],"b":', '}]'],
])('%s nested to the limit are read, and one level less is not enough', (_, opening, closing) => {
  const text = `${opening.repeat(500)}1${closing.repeat(500)}`
  const depth = depthOf(JSON.parse(text))
  expect(isReadable(text, depth)).toBe(true)
  expect(isReadable(text, depth - 1)).toBe(false)
})

it('many layers do not make a body deep', () => {
  const layers = Array.from({ length: 5000 }, () => ({ name: 'q_proj', in_features: 1, out_features: 1 }))
  const body = JSON.stringify({
    name: 'm',
    custom_fields: { layers, deep: JSON.parse(`${'['.repeat(990)}${']'.repeat(990)}`) },
  })
  expect(isReadable(body, 1000)).toBe(true)
  expect(validateJson('CreateModelEntityRequest', body).ok).toBe(true)
})

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}
