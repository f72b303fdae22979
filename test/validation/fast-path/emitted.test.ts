import { isDeepStrictEqual } from 'node:util'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonSchema } from '../../../src/export/index.js'
import { compilePlan } from '../../../src/validation/plan/compile-plan.js'
import type { Plan } from '../../../src/validation/plan/plan.js'
import { runSlowPath } from '../../../src/validation/slow-path.js'
import { definitions } from './definitions.js'
import { emittedFastPath } from './emitted.js'
import { valuesOf } from './values.js'

/** A plan of each kind with a value that its fast path takes: a new kind does not compile without one. */
const EXAMPLES: { readonly [Kind in Plan['kind']]: readonly [plan: Extract<Plan, { kind: Kind }>, value: unknown] } = {
  any: [{ kind: 'any' }, { a: [1] }],
  boolean: [{ kind: 'boolean' }, true],
  date: [{ kind: 'date' }, '2024-01-15'],
  datetime: [{ kind: 'datetime' }, '2024-01-15T09:30:00Z'],
  enum: [{ kind: 'enum', values: ['a', 'b'] }, 'b'],
  integer: [{ kind: 'integer', ge: 1, lt: 9 }, 8],
  list: [{ kind: 'list', items: { kind: 'list', items: { kind: 'boolean' } }, minItems: 1, maxItems: 2 }, [[true], []]],
  literal: [{ kind: 'literal', values: ['a', true] }, true],
  model: [{ kind: 'model', name: 'M', fields: [{ name: 'a', plan: { kind: 'integer' }, required: true }] }, { a: 1 }],
  nullable: [{ kind: 'nullable', inner: { kind: 'string' } }, null],
  number: [{ kind: 'number', gt: 0, le: 1 }, 0.5],
  record: [{ kind: 'record', values: { kind: 'integer' } }, { a: 1 }],
  string: [{ kind: 'string', minLength: 1, maxLength: 3, pattern: '^a' }, 'abc'],
  time: [{ kind: 'time' }, '12:30:00'],
  tuple: [{ kind: 'tuple', items: [{ kind: 'integer' }, { kind: 'any' }] }, [1, { a: 1 }]],
  union: [{ kind: 'union', members: [{ kind: 'integer' }, { kind: 'record', values: { kind: 'any' } }] }, { a: 1 }],
  url: [{ kind: 'url' }, 'https://host.example/v1'],
  uuid: [{ kind: 'uuid' }, '550e8400-e29b-41d4-a716-446655440000'],
}

describe('the fast path emitted for a plan', () => {
  it.each(Object.values(EXAMPLES))('takes a value of its kind: %j %j', (plan, value) => {
    const fastPath = emittedFastPath(plan)
    expect(fastPath.accepts(value)).toBe(true)
    expect(fastPath.build(value)).toEqual(value)
  })

  // Ajv is the judge of what fits. What a fast path leaves out has the same answer, so only here it shows when it takes too little.
  it.each<[definition: object, values: readonly unknown[]]>([
    [
      {
        type: 'object',
        properties: { a: { type: 'integer' }, toString: { type: 'string' } },
        additionalProperties: false,
      },
      [{}, { a: 1 }, { a: 1, toString: 'x' }, { toString: 1 }, { a: 'x' }, { b: 1 }, { a: 1, b: null }, { valueOf: 1 }],
    ],
    [
      { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: true },
      [{}, { a: 1 }, { b: [1, { c: null }] }, { a: 1, toString: 'x' }, { a: 'x', b: 1 }],
    ],
    [
      { type: 'object', properties: { toString: { type: 'string' } }, required: ['toString'] },
      [{}, { toString: 'x' }, { toString: 5 }],
    ],
    [
      { type: 'object', additionalProperties: { type: 'array', items: { type: 'boolean' } } },
      [{}, { a: [] }, { a: [true], b: [] }, { a: [true], b: [1] }, { a: 1 }, [], null],
    ],
    [
      { anyOf: [{ type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }, { type: 'null' }] },
      [null, { a: 1 }, {}, { a: 'x' }, []],
    ],
    [
      { type: 'array', prefixItems: [{ type: 'integer' }, {}], minItems: 2, maxItems: 2 },
      [[1, 2], [1, { a: [] }], [1], [1, 2, 3], ['x', 2], {}],
    ],
  ])('of %j takes just what Ajv takes', (definition, values) => {
    const { accepts, build } = emittedFastPath(compilePlan(definition))
    const ajv = new Ajv2020({ strict: false, ownProperties: true }).compile(definition)
    for (const value of values) {
      expect(accepts(value), JSON.stringify(value)).toBe(ajv(value))
      if (ajv(value)) expect(build(value)).toEqual(value)
    }
  })

  it('is there for every definition that can be validated by, and answers what the slow path answers', () => {
    let taken = 0
    const cases = definitions.chain((definition) => {
      const plan = compilePlan(definition)
      return fc.tuple(fc.constant({ definition, plan }), fc.array(valuesOf(plan), { minLength: 5, maxLength: 5 }))
    })
    fc.assert(
      fc.property(cases, ([{ plan }, values]) => {
        const fastPath = emittedFastPath(plan)
        for (const value of values) {
          const built = fastPath.accepts(value) ? fastPath.build(value) : undefined
          if (built === undefined) continue
          taken += 1
          for (const mode of ['lax', 'strict'] as const) {
            const answered = runSlowPath(plan, value, { mode })
            expect([answered, isDeepStrictEqual(answered, { ok: true, value: built })]).toEqual([
              { ok: true, value: built },
              true,
            ])
            expect(JSON.stringify(answered)).toBe(JSON.stringify({ ok: true, value: built }))
          }
        }
      }),
      { numRuns: 500 },
    )
    expect(taken).toBeGreaterThan(500)
  })

  it('stands beside JSON Schema in every dialect: what one generator takes, the others take', () => {
    fc.assert(
      fc.property(definitions, (definition) => {
        for (const dialect of ['2020-12', 'draft-07'] as const)
          expect(jsonSchema(definition, { dialect })).toBeTypeOf('object')
      }),
    )
  })
})
