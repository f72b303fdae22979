import * as fc from 'fast-check'
import type { FieldPlan, ModelPlan, Plan, StringPlan } from '../../../src/validation/plan/plan.js'

/** Values for a plan: mostly right, each part now and then of another kind, spelt oddly or left out. */
export function valuesOf(plan: Plan): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 60, arbitrary: right(plan) }, { weight: 1, arbitrary: ODD })
}

/** Values that are right in few places. */
export const ODD_VALUES: readonly unknown[] = [
  ...[null, true, 'yes', '8', '', -0, 0, 1, 1.5, 2 ** 53, -1e300, Number.NaN, Number.POSITIVE_INFINITY],
  ...['\ud800', 'a\n', 'é', [], {}, [null], { a: 1 }, '2024-01-15T09:30:00Z', 'https://host.example/', 'lora'],
]

const ODD: fc.Arbitrary<unknown> = fc.oneof(fc.constantFrom(...ODD_VALUES), fc.jsonValue({ maxDepth: 2 }))

function right(plan: Plan): fc.Arbitrary<unknown> {
  switch (plan.kind) {
    case 'any':
      return fc.jsonValue({ maxDepth: 3 })
    case 'boolean':
      return fc.boolean()
    case 'date':
      return texts(['2024-01-15', '2024-02-30', '2024-01-15T00:00:00', '1705276800', '2024-02-29'])
    case 'datetime':
      return texts(DATE_TIMES)
    case 'enum':
      return fc.constantFrom(...plan.values, 'none')
    case 'integer':
      return fc.oneof(fc.integer({ min: 1 }), fc.maxSafeInteger(), fc.constantFrom(0, -0, 1))
    case 'list':
      return fc.array(valuesOf(plan.items), { minLength: Math.min(plan.minItems ?? 0, 3), maxLength: 3 })
    case 'literal':
      return fc.constantFrom<unknown>(...plan.values, 'none', 1)
    case 'model':
      return modelValues(plan)
    case 'nullable':
      return fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 4, arbitrary: right(plan.inner) })
    case 'number':
      return fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: -1, max: 3 }), fc.constant(-0))
    case 'record':
      return fc.dictionary(KEYS, valuesOf(plan.values), { maxKeys: 3, noNullPrototype: true })
    case 'string':
      return stringValues(plan)
    case 'time':
      return texts(['12:30:00', '12:30', '12:30:00.5Z', '24:00', '12:30:00Z'])
    case 'tuple':
      return fc.oneof(
        { weight: 9, arbitrary: fc.tuple(...plan.items.map(valuesOf)) },
        { weight: 1, arbitrary: fc.array(fc.constant(1), { maxLength: 3 }) },
      )
    case 'union':
      return fc.oneof(...plan.members.map(right))
    case 'url':
      return texts(URLS)
    case 'uuid':
      return texts(['550e8400-e29b-41d4-a716-446655440000', '550E8400E29B41D4A716446655440000', 'x'])
  }
}

const KEYS = fc.oneof(
  fc.string({ maxLength: 9 }),
  fc.constantFrom('__proto__', 'constructor', 'a', 'toString', '\ud800'),
)

function stringValues({ pattern, reference, maxLength = 8 }: StringPlan): fc.Arbitrary<string> {
  if (reference)
    return texts(['llama-3', 'team/llama-3.1', 'Llama', 'a', 'team/llama/3', 'ab--c', `a${'b'.repeat(63)}`])
  if (pattern !== undefined) return texts(['m-1', 'llama-3.1_b', 'nlp/upgrade', 'a b', '', 'é', 'm'.repeat(256)])
  return fc.string({ unit: 'binary', maxLength: Math.min(maxLength + 1, 1001), size: 'small' })
}

/** The first text mostly, which is right, and the others now and then. */
function texts(some: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...some.slice(0, 1)) }, fc.constantFrom(...some))
}

const DATE_TIMES = [
  ...['2024-01-15T09:30:00Z', '2024-02-29T23:59:59.000001Z', '2023-02-29T00:00:00Z', '2024-01-15', '1705311000'],
  ...['2024-01-15T09:30:00+00:00', '0000-01-15T09:30:00Z'],
]
const URLS = [
  ...['https://host.example/v1?x=1#y', 'http://localhost:8080/', 'HTTP://HOST', 'http://127.0.0.1:8000/v1', 'nothing'],
  ...['https://host.example/v1', 'http://h/a/../b'],
]

function modelValues({ fields }: ModelPlan): fc.Arbitrary<unknown> {
  const known = fields.map(({ name, plan, required }: FieldPlan) =>
    fc.oneof(
      { weight: required ? 50 : 2, arbitrary: valuesOf(plan).map((value): Entry[] => [[name, value]]) },
      { weight: 1, arbitrary: fc.constant<Entry[]>([]) },
    ),
  )
  const extra = fc.dictionary(KEYS, fc.jsonValue(), { maxKeys: 2 }).map((record): Entry[] => Object.entries(record))
  return fc
    .tuple(extra, fc.tuple(...known))
    .map(([others, entries]) =>
      Object.fromEntries([...others.filter(([key]) => !fields.some(({ name }) => name === key)), ...entries.flat()]),
    )
}

type Entry = [string, unknown]
