import * as Sinclair from '@sinclair/typebox'
import * as Type from 'typebox'
import { expectTypeOf, test } from 'vitest'
import type { InputOf, ValueOf } from '../../src/schemas/static-types.js'

const sinclair = Sinclair.Object({
  name: Sinclair.String(),
  note: Sinclair.Optional(Sinclair.String()),
  project: Sinclair.Optional(Sinclair.Union([Sinclair.String(), Sinclair.Null()])),
  kind: Sinclair.Union([Sinclair.Literal('a'), Sinclair.Literal(1)]),
  counts: Sinclair.Array(Sinclair.Integer()),
  pair: Sinclair.Tuple([Sinclair.Number(), Sinclair.Boolean()]),
  labels: Sinclair.Record(Sinclair.String(), Sinclair.Unknown()),
  free: Sinclair.Optional(Sinclair.Unknown()),
  inner: Sinclair.Object({ x: Sinclair.Optional(Sinclair.Union([Sinclair.Integer(), Sinclair.Null()])) }),
  both: Sinclair.Intersect([Sinclair.Object({ a: Sinclair.String() }), Sinclair.Object({ b: Sinclair.String() })]),
  unsafe: Sinclair.Unsafe<`${number}px`>({ type: 'string' }),
  words: Sinclair.Enum({ A: 'a', B: 'b' } as const),
})

const typebox = Type.Object({
  name: Type.String(),
  note: Type.Optional(Type.String()),
  project: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  kind: Type.Union([Type.Literal('a'), Type.Literal(1)]),
  counts: Type.Array(Type.Integer()),
  pair: Type.Tuple([Type.Number(), Type.Boolean()]),
  labels: Type.Record(Type.String(), Type.Unknown()),
  free: Type.Optional(Type.Unknown()),
  inner: Type.Object({ x: Type.Optional(Type.Union([Type.Integer(), Type.Null()])) }),
  both: Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.String() })]),
  unsafe: Type.Unsafe<`${number}px`>({ type: 'string' }),
  words: Type.Enum(['a', 'b']),
})

interface Value {
  name: string
  note?: string
  project: string | null
  kind: 'a' | 1
  counts: number[]
  pair: [number, boolean]
  labels: Record<string, unknown>
  free: unknown
  inner: { x: number | null }
  both: { a: string; b: string }
  unsafe: `${number}px`
  words: 'a' | 'b'
}

type Flat<T> = { [K in keyof T]: T[K] }

test('what may be given is the static type of TypeBox', () => {
  expectTypeOf<InputOf<typeof sinclair>>().toEqualTypeOf<Sinclair.Static<typeof sinclair>>()
  expectTypeOf<Flat<Omit<InputOf<typeof typebox>, 'both'>>>().toEqualTypeOf<
    Flat<Omit<Type.Static<typeof typebox>, 'both'>>
  >()
})

test('a value has no undefined where a default or null is filled in', () => {
  expectTypeOf<Flat<ValueOf<typeof sinclair>>>().toEqualTypeOf<Flat<Value>>()
  expectTypeOf<Flat<ValueOf<typeof typebox>>>().toEqualTypeOf<Flat<Value>>()
})

test('plain JSON Schema has types too, where it is a constant', () => {
  const schema = {
    type: 'object',
    properties: {
      name: { type: 'string' },
      rank: { type: 'integer', default: 8 },
      alpha: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
      tags: { type: 'array', items: { enum: ['x', 'y'] } },
      pair: { type: 'array', prefixItems: [{ type: 'string' }, { const: 1 }] },
      counts: { type: 'object', additionalProperties: { type: 'integer' } },
    },
    required: ['name'],
    additionalProperties: true,
  } as const
  type Given = InputOf<typeof schema>
  expectTypeOf<Given['name']>().toEqualTypeOf<string>()
  expectTypeOf<Given['rank']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<Given['tags']>().toEqualTypeOf<('x' | 'y')[] | undefined>()
  expectTypeOf<Given['pair']>().toEqualTypeOf<[string, 1] | undefined>()
  expectTypeOf<Given['other']>().toBeUnknown()
  type Answer = ValueOf<typeof schema>
  expectTypeOf<Answer['rank']>().toEqualTypeOf<number>()
  expectTypeOf<Answer['alpha']>().toEqualTypeOf<number | null>()
  expectTypeOf<Answer['counts']>().toEqualTypeOf<{ [key: string]: number } | undefined>()
})

test('an unknown definition has an unknown type', () => {
  expectTypeOf<ValueOf<object>>().toBeUnknown()
  expectTypeOf<InputOf<Sinclair.TSchema>>().toBeUnknown()
  expectTypeOf<ValueOf<Sinclair.TSchema>>().toBeUnknown()
})
