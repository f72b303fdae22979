import * as Sinclair from '@sinclair/typebox'
import * as Type from 'typebox'
import { describe, expect, it } from 'vitest'
import { SCHEMAS } from '../../src/schemas/index.js'
import { SCHEMAS as SCHEMAS_1 } from '../../src/schemas/typebox-1/index.js'
import { type ErrorDetail, validate, validateJson } from '../../src/validation/index.js'
import { compilePlan } from '../../src/validation/plan/compile-plan.js'

const Point = Type.Object({ x: Type.Number(), y: Type.Number() }, { title: 'Point' })
const Order = Type.Object(
  {
    id: Type.String({ minLength: 2, maxLength: 3, pattern: '^a' }),
    count: Type.Integer({ exclusiveMinimum: 0, exclusiveMaximum: 10 }),
    weight: Type.Optional(Type.Number({ minimum: 0.5, default: 1 })),
    note: Type.Optional(Type.String()),
    at: Type.Optional(Type.Union([Point, Type.Null()])),
    tag: Type.Optional(Type.Union([Type.Integer(), Type.Boolean(), Type.String(), Type.Null()])),
    size: Type.Optional(
      Type.Union([Type.Array(Type.Integer()), Type.Record(Type.String(), Type.Integer()), Type.Null()]),
    ),
    model: Type.Optional(Type.Union([SCHEMAS.Lora, Type.Null()])),
  },
  { title: 'Order' },
)
const VALID = { id: 'ab', count: 5 }

// The expectations are what pydantic 2.14 answers for the same models.
describe('a definition of your own', () => {
  it('is validated with its defaults; an optional field without one stays absent', () => {
    expect(validate(Order, VALID)).toStrictEqual({
      ok: true,
      value: { id: 'ab', count: 5, weight: 1, at: null, tag: null, size: null, model: null },
    })
  })

  it.each([
    [{ id: 'b' }, 'string_too_short', 'String should have at least 2 characters', { min_length: 2 }],
    [{ id: 'bbbb' }, 'string_too_long', 'String should have at most 3 characters', { max_length: 3 }],
    [{ id: 'bbb' }, 'string_pattern_mismatch', "String should match pattern '^a'", { pattern: '^a' }],
    [{ count: 0 }, 'greater_than', 'Input should be greater than 0', { gt: 0 }],
    [{ count: 10 }, 'less_than', 'Input should be less than 10', { lt: 10 }],
    [{ weight: 0.4 }, 'greater_than_equal', 'Input should be greater than or equal to 0.5', { ge: 0.5 }],
    [{ weight: 'nan' }, 'greater_than_equal', 'Input should be greater than or equal to 0.5', { ge: 0.5 }],
  ])('reports the bound that %j breaks', (part, type, msg, ctx) => {
    expect(detailOf({ ...VALID, ...part })).toMatchObject([{ type, msg, ctx }])
  })

  it.each([
    [{ tag: true }, true],
    [{ tag: '1' }, '1'],
    [{ tag: 1.0 }, 1],
    [{ size: ['1'] }, [1]],
    [{ size: { k: '1' } }, { k: 1 }],
    [{ at: { x: 1, y: '2' } }, { x: 1, y: 2 }],
    [{ model: { rank: '8' } }, { alpha: null, rank: 8 }],
  ])('takes the member of a union that fits best: %j', (part, expected) => {
    const result = validate(Order, { ...VALID, ...part })
    expect(result.ok && Object.entries(part).map(([key]) => Reflect.get(result.value, key))).toStrictEqual([expected])
  })

  it('tells the errors of every member of a union, each under its name', () => {
    expect(detailOf({ ...VALID, tag: [], size: ['x'] }).map(({ loc, type }) => [...loc, type])).toStrictEqual([
      ['body', 'tag', 'int', 'int_type'],
      ['body', 'tag', 'bool', 'bool_type'],
      ['body', 'tag', 'str', 'string_type'],
      ['body', 'size', 'list[int]', 0, 'int_parsing'],
      ['body', 'size', 'dict[str,int]', 'dict_type'],
    ])
  })

  it('may be plain JSON Schema of the same shape', () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }
    expect(validateJson(schema, '{"n": "7"}')).toStrictEqual({ ok: true, value: { n: 7 } })
  })

  it('may be a list, a record or a scalar', () => {
    expect(validate(Type.Array(Point), [{ x: '1', y: 2 }])).toStrictEqual({ ok: true, value: [{ x: 1, y: 2 }] })
    expect(validate(Type.Record(Type.String(), Type.Integer()), { a: true })).toStrictEqual({
      ok: true,
      value: { a: 1 },
    })
    expect(validate(Type.Boolean(), 'off')).toStrictEqual({ ok: true, value: false })
  })

  it('may say of which fields one at most is set, which is asked once the fields are valid, and not within an answer', () => {
    const Limits = Type.Object(
      { a: Type.Optional(Type.Union([Type.Integer(), Type.Null()])), b: Type.Optional(Type.Integer()), c: Type.Any() },
      { atMostOne: { fields: ['a', 'b'], error: 'a or b' } },
    )
    const answers = (model: Type.TObject, value: unknown): unknown => {
      const result = validate(model, value)
      return result.ok || result.status === 400 || result.detail.map(({ loc, type }) => [...loc, type])
    }
    expect(answers(Limits, { a: null, b: 1, c: 0 })).toBe(true)
    expect(answers(Limits, { a: '1', b: 1, c: 0 })).toStrictEqual([['body', 'value_error']])
    expect(answers(Limits, { a: 'x', b: 1, c: 0 })).toStrictEqual([['body', 'a', 'int_parsing']])
    const inside = { one: Limits, list: Type.Array(Limits), any: Type.Record(Type.String(), Limits) }
    const both = { a: 1, b: 1, c: 0 }
    const value = { one: both, list: [both], any: { x: both } }
    expect(answers(Type.Object(inside), value)).toStrictEqual([
      ['body', 'one', 'value_error'],
      ['body', 'list', 0, 'value_error'],
      ['body', 'any', 'x', 'value_error'],
    ])
    expect(answers(Type.Object(inside, { isAnswer: true }), value)).toBe(true)
  })

  it('gives every answer a default of its own', () => {
    const Listed = Type.Object({ list: Type.Optional(Type.Array(Type.String(), { default: ['a'] })) })
    const [one, other] = [validate(Listed, {}), validate(Listed, {})]
    expect(one).toStrictEqual({ ok: true, value: { list: ['a'] } })
    expect(one.ok && other.ok && one.value.list !== other.value.list).toBe(true)
  })

  it('with the title of another definition is its own nevertheless', () => {
    const Lora = Type.Object({ rank: Type.String() }, { title: 'Lora' })
    expect(validate(Lora, { rank: 'high' })).toStrictEqual({ ok: true, value: { rank: 'high' } })
  })
})

describe('what both generations of TypeBox write', () => {
  const sinclair = {
    constant: Sinclair.Union([Sinclair.Literal('a'), Sinclair.Literal('b'), Sinclair.Null()]),
    words: Sinclair.Enum({ A: 'a', B: 'b' }),
    pair: Sinclair.Tuple([Sinclair.Integer(), Sinclair.String()]),
    counts: Sinclair.Array(Sinclair.Integer(), { minItems: 1, maxItems: 2 }),
    closed: Sinclair.Object({ a: Sinclair.Integer() }, { additionalProperties: false }),
    id: Sinclair.String({ format: 'uuid' }),
    day: Sinclair.String({ format: 'date' }),
    at: Sinclair.String({ format: 'time' }),
    extended: Sinclair.Composite([SCHEMAS.Lora, Sinclair.Object({ team: Sinclair.String() })]),
    both: Sinclair.Intersect([SCHEMAS.Lora, Sinclair.Object({ team: Sinclair.String() })]),
    sealed: Sinclair.Intersect([SCHEMAS.Lora, Sinclair.Object({ team: Sinclair.String() })], {
      unevaluatedProperties: false,
    }),
  }
  const typebox = {
    constant: Type.Union([Type.Literal('a'), Type.Literal('b'), Type.Null()]),
    words: Type.Enum(['a', 'b']),
    pair: Type.Tuple([Type.Integer(), Type.String()]),
    counts: Type.Array(Type.Integer(), { minItems: 1, maxItems: 2 }),
    closed: Type.Object({ a: Type.Integer() }, { additionalProperties: false }),
    id: Type.String({ format: 'uuid' }),
    day: Type.String({ format: 'date' }),
    at: Type.String({ format: 'time' }),
    extended: Type.Evaluate(Type.Intersect([SCHEMAS_1.Lora, Type.Object({ team: Type.String() })])),
    both: Type.Intersect([SCHEMAS_1.Lora, Type.Object({ team: Type.String() })]),
    sealed: Type.Intersect([SCHEMAS_1.Lora, Type.Object({ team: Type.String() })], { unevaluatedProperties: false }),
  }

  it.each(Object.keys(sinclair) as (keyof typeof sinclair)[])('is one plan: %s', (name) => {
    expect(compilePlan(typebox[name])).toStrictEqual(compilePlan(sinclair[name]))
  })

  it('extends a definition: its fields, then the new ones', () => {
    for (const model of [sinclair.both, typebox.both, sinclair.extended, typebox.extended]) {
      expect(validate(model, { rank: '8', team: 't', more: 1 })).toStrictEqual({
        ok: true,
        value: { alpha: null, rank: 8, team: 't' },
      })
      const result = validate(model, { team: 1 })
      expect(!result.ok && result.status === 422 && result.detail.map(({ loc }) => loc[1])).toStrictEqual([
        'rank',
        'team',
      ])
    }
    expect(validate(sinclair.sealed, { rank: 8, team: 't', more: 1 })).toMatchObject({
      detail: [{ type: 'extra_forbidden', loc: ['body', 'more'], input: 1 }],
    })
  })

  it('tells the whole list as the input of an item that a tuple lacks, or of one too many', () => {
    expect(validate(sinclair.pair, [1])).toMatchObject({ detail: [{ type: 'missing', loc: ['body', 1], input: [1] }] })
    expect(validate(sinclair.pair, [1, 'a', 2])).toMatchObject({ detail: [{ type: 'too_long', input: [1, 'a', 2] }] })
  })
})

describe('a definition that cannot be validated by', () => {
  it.each([
    [
      Type.Object({ a: Type.Literal(1.5) }),
      'a constant that is neither a string, an integer nor a boolean at #/properties/a',
    ],
    [{ const: 1, type: 'string' }, 'a constant that is not of its type "string" at #'],
    [Type.Union([Type.Literal(1), Type.Literal(true)]), 'a union of 1 and true, or 0 and false, at #'],
    [{ type: 'array', prefixItems: [{}], maxItems: 1 }, 'a tuple of 1 without minItems 1 at #'],
    [{ type: 'array', prefixItems: [{}], minItems: 1 }, 'a tuple with more items at #'],
    [{ type: 'array', items: {}, minItems: 2, maxItems: 1 }, 'minItems above maxItems at #'],
    [Type.Array(Type.String(), { uniqueItems: true }), 'the keyword "uniqueItems" at #'],
    [Type.Intersect([Point, Type.String()]), 'anything but an object in allOf at #/allOf/1'],
    [Type.Intersect([Point, Type.Object({ x: Type.String() })]), 'a field "x" with two schemas at #'],
    [
      Type.Intersect([Point, Type.Object({}, { additionalProperties: false })]),
      'additionalProperties false in a part of allOf at #',
    ],
    [{ allOf: [Point], required: ['x'] }, 'required beside allOf at #'],
    [{ type: 'array', items: {}, maxItems: '2' }, 'maxItems "2" at #'],
    [Sinclair.Unsafe({ [Sinclair.Kind]: 'Even' }), 'the kind "Even" at #'],
    [Type.String({ format: 'email' }), 'format "email" at #'],
    [Type.Integer({ multipleOf: 2 }), 'the keyword "multipleOf" at #'],
    [Type.Null(), 'type "null" at #'],
    [{ anyOf: [{ type: 'null' }] }, 'type "null" alone at #'],
    [{ enum: [1, 2] }, 'an enum of anything but strings at #'],
    [{ $ref: '#/x' }, 'the keyword "$ref" at #'],
    [{ type: 'file' }, 'type "file" at #'],
    [Type.Object({ a: Type.Record(Type.Integer(), Type.String()) }), 'a pattern of keys at #/properties/a'],
    [{ type: 'object', required: ['a'] }, 'the keyword "required" at #'],
    [Type.String({ pattern: '[\\W]' }), 'the pattern "[\\\\W]" at #'],
    [Type.Object({}, { atMostOne: { fields: 'a', error: 'x' } }), 'an atMostOne without names'],
    [{ type: 'object', properties: { a: { type: 'string', maxLength: '5' } } }, 'maxLength "5" at #/properties/a'],
    [{ type: 'string', minLength: -1 }, 'minLength -1 at #'],
    [{ type: 'string', minLength: 1.5 }, 'minLength 1.5 at #'],
    [{ type: 'string', pattern: ['a'] }, 'pattern ["a"] at #'],
    [{ type: 'integer', minimum: '1' }, 'minimum "1" at #'],
    [{ type: 'number', exclusiveMaximum: Number.NaN }, 'exclusiveMaximum NaN at #'],
    [{ type: 'number', maximum: true }, 'maximum true at #'],
    [{ type: 'object', properties: {}, required: true }, 'required true at #'],
    [{ type: 'object', properties: {}, required: [1] }, 'required [1] at #'],
    [{ type: 'object', properties: {}, required: ['a'] }, 'the required field "a" without a property at #'],
    [{ type: 'object', properties: {}, isAnswer: 'yes' }, 'isAnswer "yes" at #'],
    [{ type: 'array', items: true }, 'anything but an object at #/items'],
  ])('is a TypeError that names the place: %j', (definition, words) => {
    expect(() => validate(definition, {})).toThrow(TypeError)
    expect(() => validate(definition, {})).toThrow(words)
  })
})

it('a definition that contains itself is a TypeError, too', () => {
  const tree: Record<string, unknown> = { type: 'object' }
  tree['properties'] = { child: tree }
  expect(() => validate(tree, {})).toThrow(
    'a definition that contains itself at #/properties/child/properties/child/properties/chil… is not supported',
  )
})

function detailOf(value: unknown): readonly ErrorDetail[] {
  const result = validate(Order, value)
  return !result.ok && result.status === 422 ? result.detail : []
}
