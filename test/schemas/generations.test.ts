import * as Sinclair from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Value as SinclairValue } from '@sinclair/typebox/value'
import * as fc from 'fast-check'
import * as Type from 'typebox'
import { Compile } from 'typebox/compile'
import Format from 'typebox/format'
import { Value } from 'typebox/value'
import { beforeAll, describe, expect, it } from 'vitest'
import { jsonSchema } from '../../src/export/index.js'
import { nameOfDefinition } from '../../src/schemas/identity.js'
import * as sinclairModule from '../../src/schemas/index.js'
import { SCHEMA_NAMES, SCHEMAS } from '../../src/schemas/index.js'
import * as typebox1Module from '../../src/schemas/typebox-1/index.js'
import { is, validate } from '../../src/validation/index.js'
import { compilePlan } from '../../src/validation/plan/compile-plan.js'
import { planOf } from '../../src/validation/plan/plan-of.js'
import { runs } from '../share.js'
import { valuesOf } from '../validation/fast-path/values.js'

const SCHEMAS_1 = typebox1Module.SCHEMAS

/** Both generations are given the same two formats: the second brings its own, the first brings none. */
beforeAll(() => {
  for (const name of ['date-time', 'uri'] as const) {
    Sinclair.FormatRegistry.Set(name, (text) => is(Type.String({ format: name }), text))
    Format.Set(name, (text) => is(Type.String({ format: name }), text))
  }
})

it('both generations have the same names', () => {
  expect(Object.keys(typebox1Module).sort()).toEqual(Object.keys(sinclairModule).sort())
})

describe.each(SCHEMA_NAMES)('%s, of both generations', (name) => {
  const [sinclair, typebox] = [SCHEMAS[name], SCHEMAS_1[name]]

  it('is the same JSON Schema', () => {
    expect(asJson(typebox)).toEqual(asJson(sinclair))
    for (const dialect of ['2020-12', 'draft-07'] as const) {
      for (const variant of ['service', 'page'] as const) {
        expect(jsonSchema(typebox, { dialect, variant })).toEqual(jsonSchema(name, { dialect, variant }))
      }
    }
  })

  it('is recognised by validation, with its fast path', () => {
    expect(nameOfDefinition(sinclair)).toBe(name)
    expect(nameOfDefinition(typebox)).toBe(name)
    expect(planOf(sinclair)).toBe(planOf(name))
    expect(planOf(typebox)).toBe(planOf(name))
  })

  it('is checked alike by the compilers and values of both TypeBoxes, with errors for just what they refuse', () => {
    const [compiled, compiled1] = [TypeCompiler.Compile(sinclair), Compile(typebox)]
    const verdicts = new Set<boolean>()
    fc.assert(
      fc.property(valuesOf(planOf(name)), (value) => {
        const verdict = compiled.Check(value)
        verdicts.add(verdict)
        expect([compiled1.Check(value), SinclairValue.Check(sinclair, value), Value.Check(typebox, value)]).toEqual([
          verdict,
          verdict,
          verdict,
        ])
        expect([[...compiled.Errors(value)].length === 0, [...compiled1.Errors(value)].length === 0]).toEqual([
          verdict,
          verdict,
        ])
      }),
    )
    expect(verdicts.has(true)).toBe(true)
  })

  it('fills the same defaults in', () => {
    fc.assert(
      fc.property(valuesOf(planOf(name)), (value) => {
        // They walk a value that is refused in different ways.
        fc.pre(Value.Check(typebox, value))
        // TypeBox 1 drops keys with which prototypes are polluted.
        fc.pre(!/"(?:__proto__|constructor|prototype)"/.test(JSON.stringify(value)))
        expect(Value.Default(typebox, structuredClone(value))).toEqual(
          SinclairValue.Default(sinclair, structuredClone(value)),
        )
      }),
      runs(50),
    )
  })

  it('stands in a list and in an intersection', () => {
    const models = [Sinclair.Array(sinclair), Type.Array(typebox), { type: 'array', items: sinclair }]
    for (const model of models) expect(compilePlan(model)).toEqual({ kind: 'list', items: compilePlan(sinclair) })
    const [both, both1] = [Sinclair.Intersect([sinclair]), Type.Intersect([typebox])]
    fc.assert(
      fc.property(valuesOf(planOf(name)), (value) => {
        expect(SinclairValue.Check(both, value)).toBe(SinclairValue.Check(sinclair, value))
        expect(Value.Check(both1, value)).toBe(Value.Check(typebox, value))
      }),
      runs(50),
    )
  })
})

const OBJECTS = SCHEMA_NAMES.filter((name) => 'properties' in SCHEMAS[name])

describe.each(OBJECTS)('%s, made into other definitions', (name) => {
  // Of every object definition at once, the functions of TypeBox know nothing but that it is an object.
  const [sinclair, typebox] = [SCHEMAS[name] as Sinclair.TObject, SCHEMAS_1[name] as Type.TObject]
  const keys = Object.keys(sinclair.properties)
  const [first = ''] = keys
  const team = { team: 'a' }
  // TypeBox 0.34 keeps them in Partial, Pick and Omit; TypeBox 1 must be given them.
  const options = Type.ObjectOptions(typebox)

  it('has its keys', () => {
    const literals = (schema: { anyOf?: unknown; const?: unknown }) =>
      (Array.isArray(schema.anyOf) ? schema.anyOf : [schema]).map((literal) => literal.const)
    expect(literals(Sinclair.KeyOf(sinclair))).toEqual(keys)
    expect(literals(Type.KeyOf(typebox))).toEqual(keys)
  })

  it.each([
    ['Partial', Sinclair.Partial(sinclair), Type.Partial(typebox, options), keys],
    ['Pick', Sinclair.Pick(sinclair, [first]), Type.Pick(typebox, [first], options), [first]],
    ['Omit', Sinclair.Omit(sinclair, [first]), Type.Omit(typebox, [first], options), keys.slice(1)],
    [
      'Composite',
      Sinclair.Composite([sinclair, Sinclair.Object({ team: Sinclair.String() })], options as Sinclair.ObjectOptions),
      // TypeBox 1 has no other name for it.
      Type.Evaluate(Type.Intersect([typebox, Type.Object({ team: Type.String() })]), options) as Type.TObject,
      [...keys, 'team'],
    ],
  ] as const)('%s keeps fields, rules and defaults', (what, made, made1, expected) => {
    expect(Object.keys(made.properties)).toEqual(expected)
    expect(asJson(made1.properties)).toEqual(asJson(made.properties))
    const [plan, plan1] = [compilePlan(made), compilePlan(made1)]
    if (plan.kind !== 'model' || plan1.kind !== 'model') throw new Error('not a model')
    expect(plan1.fields).toEqual(plan.fields)
    expect(plan.fields.map((field) => field.name)).toEqual(expected)
    const own = new Map(fieldsOf(name).map((field) => [field.name, field]))
    for (const field of plan.fields.filter((one) => one.name !== 'team')) {
      if (what === 'Partial') expect(field.plan).toEqual(own.get(field.name)?.plan)
      else expect(field).toEqual(own.get(field.name))
    }
    fc.assert(
      fc.property(valuesOf(plan), (value) => {
        const given = typeof value === 'object' && what === 'Composite' ? { ...value, ...team } : value
        expect(Value.Check(made1, given)).toBe(SinclairValue.Check(made, given))
        expect(validate(made1, given).ok).toBe(validate(made, given).ok)
      }),
      runs(50),
    )
  })
})

function fieldsOf(name: keyof typeof SCHEMAS) {
  const plan = compilePlan(SCHEMAS[name])
  return plan.kind === 'model' ? plan.fields : []
}

/** A definition as JSON, with the one spelling in which the two differ: the pattern of any key. */
function asJson(definition: object): unknown {
  return JSON.parse(JSON.stringify(definition).replaceAll('"^(.*)$"', '"^.*$"'))
}
