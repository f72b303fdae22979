import * as fc from 'fast-check'
import type { Definition } from '../../../scripts/generate/gate/definition.js'

/** Values for a definition: mostly right, each part now and then of another kind, spelt oddly or left out. */
export function valuesFor(definition: Definition): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 60, arbitrary: right(definition) }, { weight: 1, arbitrary: ODD })
}

const TEXTS: Readonly<Record<string, readonly string[]>> = {
  'date-time': [
    '2024-01-15T09:30:00Z',
    '2024-02-29T23:59:59.000001Z',
    '2023-02-29T00:00:00Z',
    '2024-01-15',
    '1705311000',
  ],
  uri: [
    'https://host.example/v1?x=1#y',
    'http://localhost:8080/',
    'HTTP://HOST',
    'http://127.0.0.1:8000/v1',
    'nothing',
  ],
  'model-reference': ['llama-3', 'team/llama-3.1', 'Llama', 'a', 'team/llama/3'],
  pattern: ['m', 'llama-3.1_b', 'nlp/upgrade', 'a b', ''],
}

const ODD: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    null,
    true,
    'yes',
    '8',
    '',
    -0,
    0,
    1,
    1.5,
    2 ** 53,
    -1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '\ud800',
  ),
  fc.jsonValue({ maxDepth: 2 }),
)

function right(definition: Definition): fc.Arbitrary<unknown> {
  const { type, anyOf, items, properties, format, pattern, maxLength } = definition
  if (definition.enum !== undefined) return fc.constantFrom(...definition.enum)
  if (anyOf !== undefined) return fc.oneof(...anyOf.map((branch) => right(branch)))
  if (type === 'null') return fc.constant(null)
  if (type === 'boolean') return fc.boolean()
  if (type === 'integer') return fc.oneof(fc.integer({ min: 1 }), fc.maxSafeInteger(), fc.constantFrom(0, -0))
  if (type === 'number') return fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: -1, max: 3 }))
  if (type === 'array' && items !== undefined) return fc.array(valuesFor(items), { maxLength: 3 })
  if (type === 'object')
    return properties === undefined ? fc.dictionary(fc.string(), fc.jsonValue()) : object(definition)
  if (type !== 'string') return fc.jsonValue({ maxDepth: 3 })
  const texts = TEXTS[format ?? (pattern === undefined ? '' : 'pattern')]
  if (texts !== undefined) return fc.oneof({ weight: 12, arbitrary: fc.constant(texts[0]) }, fc.constantFrom(...texts))
  return fc.string({ unit: 'binary', maxLength: 8, ...(maxLength !== undefined && { size: 'small' }) })
}

function object({ properties = {}, required = [] }: Definition): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, field]): [string, fc.Arbitrary<unknown>] => [
    name,
    fc.oneof(
      { weight: required.includes(name) ? 50 : 2, arbitrary: valuesFor(field) },
      { weight: 1, arbitrary: ABSENT },
    ),
  ])
  return fc
    .tuple(
      fc.record(Object.fromEntries(fields)),
      fc.dictionary(fc.string({ maxLength: 9 }), fc.jsonValue(), { maxKeys: 2 }),
    )
    .map(([known, extra]) => {
      const present = Object.entries(known).filter(([, value]) => value !== absent)
      return Object.fromEntries([...present, ...Object.entries(extra).filter(([name]) => !Object.hasOwn(known, name))])
    })
}

const absent = Symbol('absent')
const ABSENT = fc.constant(absent)
