import { Type as Type0 } from '@sinclair/typebox'
import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { validate } from '../../src/validation/index.js'

const HELP = ', which no JSON text can hold: pass a value as `JSON.parse` returns it, with times as ISO 8601 text'

class Money {
  readonly cents = 5
}

/** A request whose other fields the fast path takes, and one that the slow path must look at. */
const BASES = { fast: { name: 'm' }, slow: { name: 'm', trust_remote_code: 'yes' } }

describe.each(Object.entries(BASES))('a value that no JSON text can hold, on the %s path,', (_, base) => {
  it.each<[string, unknown, string]>([
    ['a Date', new Date(0), 'an object of type Date'],
    ['a Map', new Map(), 'an object of type Map'],
    ['a Set', new Set(), 'an object of type Set'],
    ['bytes', new Uint8Array(2), 'an object of type Uint8Array'],
    ['a promise', Promise.resolve(), 'an object of type Promise'],
    ['an instance of a class', new Money(), 'an instance of a class'],
    ['a function', () => 1, 'a function'],
    ['a symbol', Symbol('s'), 'a symbol'],
  ])('is wrong use, with its place, in free data: %s', (_kind, value, what) => {
    const validated = (fields: object) => () => validate('CreateModelEntityRequest', { ...base, ...fields })
    expect(validated({ custom_fields: { a: [1, { b: value }] } })).toThrow(
      new TypeError(`\`body.custom_fields.a.1.b\` is ${what}${HELP}`),
    )
    expect(validated({ custom_fields: value })).toThrow(new TypeError(`\`body.custom_fields\` is ${what}${HELP}`))
  })

  it('is wrong use in a field that has a type', () => {
    const created = (value: unknown) => () => validate('CreateModelEntityRequest', { ...base, description: value })
    expect(created(new Date(0))).toThrow(new TypeError(`\`body.description\` is an object of type Date${HELP}`))
    expect(created(() => 1)).toThrow(new TypeError(`\`body.description\` is a function${HELP}`))
  })

  it('does not matter in a field that the model does not have, as that is dropped', () => {
    expect(validate('CreateModelEntityRequest', { ...base, unknown: new Map() })).toMatchObject({ ok: true })
  })

  it('is an object that contains itself, with the way into it', () => {
    const cyclic: Record<string, unknown> = { a: 1 }
    cyclic['list'] = [0, { again: cyclic }]
    const value = { ...base, custom_fields: cyclic }
    const message = '`body.custom_fields.list.1.again` is an object that contains itself, which no JSON text can hold'
    expect(() => validate('CreateModelEntityRequest', value)).toThrow(new TypeError(message))
    expect(() => validate('CreateModelEntityRequest', value, { maxDepth: Number.POSITIVE_INFINITY })).toThrow(message)
  })
})

it('a class that has the fields of a definition is an object like any other', () => {
  class Adapted {
    readonly rank = 8
  }
  expect(validate('Lora', new Adapted())).toStrictEqual({ ok: true, value: { alpha: null, rank: 8 } })
})

it('objects of another realm and without a prototype are data', () => {
  const custom_fields = Object.assign(Object.create(null), { a: 1 })
  expect(validate('CreateModelEntityRequest', { name: 'm', custom_fields })).toMatchObject({ ok: true })
})

describe('a definition whose functions a validator should call', () => {
  const object = (inner: object) => ({ type: 'object', properties: { a: inner }, required: ['a'] })
  it.each([
    [
      'Refine',
      Type.Refine(
        Type.String(),
        () => false,
        () => 'no',
      ),
    ],
    ['Decode or Encode', Type.Decode(Type.String(), (text: string) => text.length)],
    ['Decode or Encode', Type.Encode(Type.String(), String)],
    ['Transform', Type0.Transform(Type0.String()).Decode(Number).Encode(String)],
  ])('is refused with its place: %s', (what, inner) => {
    const message = `Cannot validate by this definition: ${what} at #/properties/a is not supported`
    expect(() => validate(Type.Unsafe(object(inner)), { a: 'x' })).toThrow(new TypeError(message))
  })
})

describe('a default that is an array or object', () => {
  it('is a new one in each answer', () => {
    const definition = Type.Object({ tags: Type.Optional(Type.Array(Type.String(), { default: ['a'] })) })
    const answer = () => Object(validate(definition, {})).value.tags
    answer().push('leaked')
    expect(answer()).toStrictEqual(['a'])
  })

  it('is a new one on the fast path', () => {
    const answer = (): { model_providers: string[] } =>
      Object(validate('CreateModelEntityRequest', { name: 'm' })).value
    answer().model_providers.push('leaked')
    expect(answer().model_providers).toStrictEqual([])
  })
})
