import { Type } from '@sinclair/typebox'
import { describe, expect, it } from 'vitest'
import { SCHEMAS } from '../../src/schemas/index.js'
import { validateJson } from '../../src/validation/index.js'
import { compilePlan } from '../../src/validation/plan/compile-plan.js'
import { partsOf, tellsFloats } from '../../src/validation/plan/parts-of.js'
import { planOf } from '../../src/validation/plan/plan-of.js'

const A = { type: 'object', title: 'A', properties: { a: { type: 'integer' } }, required: ['a'] }
const B = { type: 'object', title: 'B', properties: { b: { type: 'string' } } }
const RULE = { fields: ['a', 'b'], error: 'one of them' }

describe('the plan of a definition', () => {
  it.each<[definition: object, plan: unknown]>([
    [{}, { kind: 'any' }],
    [{ type: 'boolean' }, { kind: 'boolean' }],
    [
      { type: 'integer', minimum: 1, exclusiveMinimum: 0, maximum: 9, exclusiveMaximum: 10 },
      { kind: 'integer', ge: 1, gt: 0, le: 9, lt: 10 },
    ],
    [
      { type: 'number', minimum: 0 },
      { kind: 'number', ge: 0 },
    ],
    [{ type: 'string' }, { kind: 'string' }],
    [
      { type: 'string', minLength: 0, maxLength: 5, pattern: 'a' },
      { kind: 'string', minLength: 0, maxLength: 5, pattern: 'a' },
    ],
    [
      { type: 'string', format: 'model-reference' },
      { kind: 'string', reference: true },
    ],
    [{ type: 'string', format: 'date-time' }, { kind: 'datetime' }],
    [{ type: 'string', format: 'date' }, { kind: 'date' }],
    [{ type: 'string', format: 'time' }, { kind: 'time' }],
    [{ type: 'string', format: 'uri' }, { kind: 'url' }],
    [{ type: 'string', format: 'uuid' }, { kind: 'uuid' }],
    // Lists and tuples.
    [{ type: 'array' }, { kind: 'list', items: { kind: 'any' } }],
    [
      { type: 'array', items: { type: 'string' }, minItems: 0, maxItems: 0 },
      { kind: 'list', items: { kind: 'string' }, minItems: 0, maxItems: 0 },
    ],
    [
      { type: 'array', items: {}, minItems: 2, maxItems: 2 },
      { kind: 'list', items: { kind: 'any' }, minItems: 2, maxItems: 2 },
    ],
    [
      { type: 'array', items: [{ type: 'string' }], additionalItems: false, minItems: 1 },
      { kind: 'tuple', items: [{ kind: 'string' }] },
    ],
    [
      { type: 'array', prefixItems: [{}], items: false, minItems: 1 },
      { kind: 'tuple', items: [{ kind: 'any' }] },
    ],
    [
      { type: 'array', prefixItems: [{}], unevaluatedItems: false, minItems: 1 },
      { kind: 'tuple', items: [{ kind: 'any' }] },
    ],
    [
      { type: 'array', prefixItems: [{}, {}], minItems: 2, maxItems: 2 },
      { kind: 'tuple', items: [{ kind: 'any' }, { kind: 'any' }] },
    ],
    // Objects without named fields are records; a closed one is a model.
    [{ type: 'object' }, { kind: 'record', values: { kind: 'any' } }],
    [
      { type: 'object', additionalProperties: true },
      { kind: 'record', values: { kind: 'any' } },
    ],
    [
      { type: 'object', additionalProperties: { type: 'string' } },
      { kind: 'record', values: { kind: 'string' } },
    ],
    [
      { type: 'object', patternProperties: { '^.*$': { type: 'string' } } },
      { kind: 'record', values: { kind: 'string' } },
    ],
    [
      { type: 'object', patternProperties: { '^(.*)$': { type: 'string' } }, additionalProperties: false },
      { kind: 'record', values: { kind: 'string' } },
    ],
    [
      { type: 'object', additionalProperties: false },
      { kind: 'model', name: 'Model', fields: [], forbidsExtras: true },
    ],
    // Models.
    [A, { kind: 'model', name: 'A', fields: [{ name: 'a', plan: { kind: 'integer' }, required: true }] }],
    [
      { ...B, title: 5, additionalProperties: true },
      { kind: 'model', name: 'Model', fields: [{ name: 'b', plan: { kind: 'string' } }], keepsExtras: true },
    ],
    [
      {
        type: 'object',
        properties: {
          a: { default: 5 },
          b: { type: 'integer', default: 0 },
          c: {},
          d: { anyOf: [{ type: 'null' }, { type: 'string' }] },
        },
      },
      {
        kind: 'model',
        name: 'Model',
        fields: [
          { name: 'a', plan: { kind: 'any' }, default: 5 },
          { name: 'b', plan: { kind: 'integer' }, default: 0 },
          { name: 'c', plan: { kind: 'any' }, default: null },
          { name: 'd', plan: { kind: 'nullable', inner: { kind: 'string' } }, default: null },
        ],
      },
    ],
    [
      { ...A, properties: { ...A.properties, b: {} }, atMostOne: { fields: ['a', 'x', 'b'], error: 'e' } },
      {
        kind: 'model',
        name: 'A',
        fields: [
          { name: 'a', plan: { kind: 'integer' }, required: true },
          { name: 'b', plan: { kind: 'any' }, default: null },
        ],
        atMostOne: { fields: ['a', 'b'], error: 'e' },
      },
    ],
    [
      { ...A, atMostOne: RULE },
      { kind: 'model', name: 'A', fields: [{ name: 'a', plan: { kind: 'integer' }, required: true }] },
    ],
    // Intersections.
    [{ allOf: [{ type: 'string' }] }, { kind: 'string' }],
    [
      { allOf: [A] },
      { kind: 'model', name: 'Model', fields: [{ name: 'a', plan: { kind: 'integer' }, required: true }] },
    ],
    [
      { title: 'AB', allOf: [A, B, A] },
      {
        kind: 'model',
        name: 'AB',
        fields: [
          { name: 'a', plan: { kind: 'integer' }, required: true },
          { name: 'b', plan: { kind: 'string' } },
        ],
      },
    ],
    [
      { allOf: [A], additionalProperties: true },
      {
        kind: 'model',
        name: 'Model',
        fields: [{ name: 'a', plan: { kind: 'integer' }, required: true }],
        keepsExtras: true,
      },
    ],
    [
      { allOf: [{ ...A, additionalProperties: false }], additionalProperties: true },
      {
        kind: 'model',
        name: 'Model',
        fields: [{ name: 'a', plan: { kind: 'integer' }, required: true }],
        forbidsExtras: true,
      },
    ],
    [
      { title: 'AC', allOf: [A], properties: { c: { type: 'boolean' } }, required: ['c'], additionalProperties: true },
      {
        kind: 'model',
        name: 'AC',
        fields: [
          { name: 'a', plan: { kind: 'integer' }, required: true },
          { name: 'c', plan: { kind: 'boolean' }, required: true },
        ],
        keepsExtras: true,
      },
    ],
    [
      { allOf: [A], unevaluatedProperties: false },
      {
        kind: 'model',
        name: 'Model',
        fields: [{ name: 'a', plan: { kind: 'integer' }, required: true }],
        forbidsExtras: true,
      },
    ],
    [
      { allOf: [{ ...A, additionalProperties: true }, B] },
      {
        kind: 'model',
        name: 'Model',
        keepsExtras: true,
        fields: [
          { name: 'a', plan: { kind: 'integer' }, required: true },
          { name: 'b', plan: { kind: 'string' } },
        ],
      },
    ],
    [
      { allOf: [A, B], atMostOne: RULE },
      {
        kind: 'model',
        name: 'Model',
        fields: [
          { name: 'a', plan: { kind: 'integer' }, required: true },
          { name: 'b', plan: { kind: 'string' } },
        ],
        atMostOne: RULE,
      },
    ],
    // Unions, constants and enumerations.
    [{ const: 'a' }, { kind: 'literal', values: ['a'] }],
    [
      { const: 1, type: 'integer' },
      { kind: 'literal', values: [1] },
    ],
    [
      { const: true, type: 'boolean' },
      { kind: 'literal', values: [true] },
    ],
    [{ enum: ['a', 'b'] }, { kind: 'enum', values: ['a', 'b'] }],
    [
      { enum: ['a'], title: 'Word' },
      { kind: 'enum', name: 'Word', values: ['a'] },
    ],
    [{ anyOf: [{ type: 'string' }] }, { kind: 'string' }],
    [{ anyOf: [{ type: 'string' }, { type: 'string' }] }, { kind: 'string' }],
    [{ anyOf: [{ type: 'string' }, { const: null }] }, { kind: 'nullable', inner: { kind: 'string' } }],
    [{ anyOf: [{ const: 'a' }, { const: 'b' }, { const: 'a' }] }, { kind: 'literal', values: ['a', 'b'] }],
    [
      { anyOf: [{ const: 'a' }, { type: 'integer' }, { const: 'b' }] },
      {
        kind: 'union',
        members: [{ kind: 'literal', values: ['a'] }, { kind: 'integer' }, { kind: 'literal', values: ['b'] }],
      },
    ],
    [
      {
        anyOf: [
          { anyOf: [{ type: 'string' }, { type: 'null' }] },
          { anyOf: [{ type: 'integer' }, { type: 'string' }] },
        ],
      },
      { kind: 'nullable', inner: { kind: 'union', members: [{ kind: 'string' }, { kind: 'integer' }] } },
    ],
    [
      { anyOf: [{ enum: ['a'] }, { enum: ['a'] }] },
      {
        kind: 'union',
        members: [
          { kind: 'enum', values: ['a'] },
          { kind: 'enum', values: ['a'] },
        ],
      },
    ],
  ])('%j', (definition, plan) => expect(compilePlan(definition)).toStrictEqual(plan))

  it('does not depend on annotations', () => {
    const annotations = {
      ...{
        title: 't',
        description: 'd',
        default: 'x',
        examples: [],
        deprecated: true,
        readOnly: true,
        writeOnly: true,
      },
      ...{ $id: 'i', $schema: 's', $comment: 'c', 'x-own': 1, '~kind': 'String' },
    }
    expect(compilePlan({ ...annotations, type: 'string' })).toStrictEqual({ kind: 'string' })
    expect(() => compilePlan({ ...annotations, type: 'string', own: 1 })).toThrow('the keyword "own" at #')
  })

  it.each<[definition: unknown, words: string]>([
    [null, 'anything but an object at # is not supported'],
    [[], 'anything but an object at # is not supported'],
    [{ type: 'object', properties: [] }, 'properties at # is not supported'],
    [
      { type: 'object', properties: {}, additionalProperties: { type: 'string' } },
      'additionalProperties {"type":"string"} at #',
    ],
    [{ type: 'object', patternProperties: { '^a': {} } }, 'a pattern of keys at #'],
    [{ type: 'object', patternProperties: { '^.*$': { type: 'file' } } }, 'type "file" at #/patternProperties'],
    [{ type: 'object', additionalProperties: { type: 'file' } }, 'type "file" at #/additionalProperties'],
    [
      { type: 'object', properties: {}, atMostOne: { fields: ['a'], error: 5 } },
      'an atMostOne without names of fields and an error at #',
    ],
    [{ type: 'object', properties: {}, atMostOne: 5 }, 'an atMostOne without names of fields and an error at #'],
    [{ allOf: [] }, 'allOf at #'],
    [{ allOf: 5 }, 'allOf at #'],
    [{ allOf: [{ type: 'string' }], properties: {} }, 'the keyword "properties" at #'],
    [{ allOf: [{ type: 'string' }, A] }, 'anything but an object in allOf at #/allOf/0'],
    [{ allOf: [A], unevaluatedProperties: { type: 'string' } }, 'unevaluatedProperties at #'],
    [{ allOf: [A], additionalProperties: false }, 'additionalProperties false beside allOf at #'],
    [
      { allOf: [{ ...A, additionalProperties: true }], unevaluatedProperties: false },
      'unevaluatedProperties false beside kept ones at #',
    ],
    [{ allOf: [{ ...A, additionalProperties: false }, B] }, 'additionalProperties false in a part of allOf at #'],
    [{ allOf: [A, { ...B, additionalProperties: false }] }, 'additionalProperties false in a part of allOf at #'],
    [
      {
        allOf: [
          { ...A, properties: { a: {}, b: {} }, atMostOne: RULE },
          { type: 'object', properties: { a: {}, b: {} }, required: ['a'], atMostOne: RULE },
        ],
      },
      'two rules of atMostOne at #',
    ],
    [{ anyOf: [] }, 'anyOf at #'],
    [{ anyOf: 5 }, 'anyOf at #'],
    [{ anyOf: [{ type: 'string' }, { type: 'file' }] }, 'type "file" at #/anyOf/1'],
    [{ enum: [] }, 'an enum of anything but strings at #'],
    [{ enum: 'a' }, 'an enum of anything but strings at #'],
    [{ enum: ['a'], pattern: '^b$' }, 'a pattern beside an enum at #'],
    [{ const: 'a', type: 'integer' }, 'a constant that is not of its type "integer" at #'],
    [{ type: ['string', 'null'] }, 'type ["string","null"] at #'],
    [{ type: 'toString' }, 'type "toString" at #'],
    [{ '~refine': [], type: 'string' }, 'Refine at #'],
    [{ '~codec': {}, type: 'string' }, 'Decode or Encode at #'],
    [{ type: 'array', items: [{}], minItems: 1, maxItems: 2, additionalItems: false }, 'a tuple with more items at #'],
    [{ type: 'array', prefixItems: [{ type: 'file' }], minItems: 1, maxItems: 1 }, 'type "file" at #/prefixItems/0'],
    [{ type: 'array', items: [{ type: 'file' }], minItems: 1, maxItems: 1 }, 'type "file" at #/items/0'],
  ])('is refused with the place: %j', (definition, words) => {
    expect(() => compilePlan(definition)).toThrow(words)
  })
})

describe('the plan of a model', () => {
  it('is that of the named definition where the content is the same, and its own otherwise', () => {
    const copy = JSON.parse(JSON.stringify(SCHEMAS.Lora))
    expect(planOf(copy)).toBe(planOf('Lora'))
    expect(planOf({ ...copy, title: 'Other' })).not.toBe(planOf('Lora'))
    expect(planOf({ ...copy, properties: { rank: { type: 'string' } } })).not.toStrictEqual(planOf('Lora'))
    expect(planOf(Type.String({ title: 'Lora' }))).toStrictEqual({ kind: 'string' })
    expect(planOf({ type: 'string', title: 5 })).toStrictEqual({ kind: 'string' })
  })

  it('is compiled once', () => {
    const definition = Type.Object({ a: Type.String() })
    expect(planOf(definition)).toBe(planOf(definition))
  })

  it('knows what is inside it, and whether a fraction of zero tells members apart', () => {
    expect(
      partsOf(compilePlan({ type: 'array', items: [{}, { type: 'string' }], minItems: 2, maxItems: 2 })),
    ).toStrictEqual([{ kind: 'any' }, { kind: 'string' }])
    expect(partsOf(compilePlan({ anyOf: [{ type: 'string' }, { type: 'null' }] }))).toStrictEqual([{ kind: 'string' }])
    expect(partsOf(compilePlan({ type: 'object', additionalProperties: { type: 'string' } }))).toStrictEqual([
      { kind: 'string' },
    ])
    expect(partsOf(compilePlan({ type: 'string' }))).toStrictEqual([])
    const union = { anyOf: [{ type: 'integer' }, { type: 'string' }] }
    expect(tellsFloats(compilePlan({ type: 'object', properties: { a: { type: 'array', items: union } } }))).toBe(true)
    expect(tellsFloats(compilePlan(A))).toBe(false)
  })
})

describe('a union inside a union', () => {
  const scalar = Type.Union([Type.Integer(), Type.String()])
  const One = Type.Object({ x: scalar, y: Type.Optional(Type.Union([Type.Integer(), Type.Null()])) }, { title: 'One' })
  const Two = Type.Object(
    { x: Type.String(), z: Type.Optional(Type.Union([Type.Integer(), Type.Null()])) },
    { title: 'Two' },
  )
  const Three = Type.Object({ x: Type.Boolean() }, { title: 'Three' })
  const LISTS = Type.Union([Type.Array(scalar), Type.Array(Type.Boolean())])
  const TURNED = Type.Union([Type.Array(Type.Boolean()), Type.Array(scalar)])
  const OBJECTS = Type.Union([One, Two])
  const THREE = Type.Union([Two, One, Three])
  const RECORDS = Type.Union([
    Type.Record(Type.String(), Type.Union([Type.Integer(), Type.Boolean()])),
    Type.Record(Type.String(), Type.String()),
  ])
  const NESTED = Type.Union([Type.Array(OBJECTS), Type.Array(Three)])

  // What pydantic 2.14.4 makes of each text.
  it.each([
    ['a list of scalars or of booleans', LISTS, '["1"]', ['1']],
    ['a list of scalars or of booleans', LISTS, '[true]', [true]],
    ['a list of scalars or of booleans', LISTS, '[1.0]', [1]],
    ['a list of scalars or of booleans', LISTS, '["x", true]', ['x', 1]],
    ['a list of booleans or of scalars', TURNED, '[1]', [1]],
    ['a list of booleans or of scalars', TURNED, '["true"]', ['true']],
    ['a list of booleans or of scalars', TURNED, '[true, 1]', [true, true]],
    ['one or two', OBJECTS, '{"x": "1"}', { x: '1', y: null }],
    ['one or two', OBJECTS, '{"x": "1", "z": 2}', { x: '1', z: 2 }],
    ['one or two', OBJECTS, '{"x": true}', { x: 1, y: null }],
    ['one or two', OBJECTS, '{"x": "1", "y": "2", "z": 2}', { x: '1', z: 2 }],
    ['two, one or three', THREE, '{"x": "1"}', { x: '1', z: null }],
    ['two, one or three', THREE, '{"x": 1, "z": 3}', { x: 1, y: null }],
    ['two, one or three', THREE, '{"x": true}', { x: true }],
    ['two, one or three', THREE, '{"x": "1", "y": 2}', { x: '1', y: 2 }],
    ['records', RECORDS, '{"a": "1"}', { a: '1' }],
    ['records', RECORDS, '{"a": true}', { a: true }],
    ['records', RECORDS, '{"a": "true"}', { a: 'true' }],
    ['lists of objects', NESTED, '[{"x": "1", "z": 1}]', [{ x: '1', z: 1 }]],
    ['lists of objects', NESTED, '[{"x": true}]', [{ x: true }]],
    ['lists of objects', NESTED, '[{"x": "true"}]', [{ x: 'true', y: null }]],
    [
      'lists of objects',
      NESTED,
      '[{"x": "1"}, {"x": true}]',
      [
        { x: '1', y: null },
        { x: 1, y: null },
      ],
    ],
  ])('%s: the best match of %# is taken', (_, definition, text, value) => {
    expect(validateJson(definition, text)).toStrictEqual({ ok: true, value })
  })
})

describe('a union of numbers and constants', () => {
  const [float, integer] = [Type.Number(), Type.Integer()]
  const [one, yes] = [Type.Literal(1), Type.Literal(true)]

  // What pydantic 2.14.4 makes of each text, with `Union[float, Literal[True]]` and so on.
  it.each([
    ['float or True', Type.Union([float, yes]), { 1: true, '1.0': 1, true: true, '"1"': 1, 2: 2 }],
    ['True or float', Type.Union([yes, float]), { 1: true, '1.0': true, true: true, '"1"': 1, 2: 2 }],
    ['float or 1', Type.Union([float, one]), { 1: 1, '1.0': 1, true: 1, '"1"': 1 }],
    ['int or True', Type.Union([integer, yes]), { 1: 1, '1.0': true, true: true, '"1"': 1, 2: 2 }],
    ['True or int', Type.Union([yes, integer]), { 1: true, '1.0': true, true: true, '"1"': 1, 2: 2 }],
    ['float or bool', Type.Union([float, Type.Boolean()]), { 1: 1, '1.0': 1, true: true, '"1"': 1 }],
    ['bool or float', Type.Union([Type.Boolean(), float]), { 1: 1, '1.0': 1, true: true, '"1"': true }],
    ['float or str', Type.Union([float, Type.String()]), { 1: 1, true: 1, '"1"': '1' }],
    ['float or datetime', Type.Union([float, Type.String({ format: 'date-time' })]), { 1: 1, true: 1, '"1"': 1 }],
  ])('%s', (_, definition, answers) => {
    for (const [text, value] of Object.entries(answers))
      expect(validateJson(definition, text), text).toStrictEqual({ ok: true, value })
  })
})
