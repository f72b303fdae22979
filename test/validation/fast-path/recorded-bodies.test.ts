import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { isSchemaName } from '../../../src/schemas/index.js'
import { fastPathOf } from './fast-path-of.js'

interface Vector {
  readonly id: string
  readonly model: string
  readonly body: string
  readonly content_type?: string
  readonly mode?: 'lax' | 'strict'
  readonly ok: boolean
  readonly value?: unknown
}

const VECTORS: Vector[] = ['vectors', 'generated'].flatMap((name) =>
  gunzipSync(readFileSync(new URL(`../../../conformance/cases/${name}.jsonl.gz`, import.meta.url)))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line)),
)

/** An adapter has no timestamp rather than null; the service fills in its clock, and the records have null for that. */
function withoutClock(key: string, value: unknown): unknown {
  return value === null && ['created_at', 'updated_at'].includes(key) ? undefined : value
}

/** What the fast path makes of each recorded body that `JSON.parse` reads: the value it builds, or nothing. */
const BUILT = VECTORS.flatMap((vector) => {
  const value = jsonOf(vector)
  const name = vector.model === 'CreateModel' ? 'CreateModelEntityRequest' : vector.model
  if (value === undefined || !isSchemaName(name) || !fastPathOf(name).accepts(value)) return []
  const built = fastPathOf(name).build(value)
  return built === undefined ? [] : [{ vector, built }]
})

test('the fast path takes no recorded body that the service refuses', () => {
  expect(BUILT.filter(({ vector }) => !vector.ok).map(({ vector }) => vector.id)).toStrictEqual([])
})

test("what the fast path builds of a recorded body is the service's own answer, field for field in its order", () => {
  for (const { vector, built } of BUILT) {
    expect({ id: vector.id, value: JSON.stringify(built) }).toStrictEqual({
      id: vector.id,
      value: JSON.stringify(vector.value, withoutClock),
    })
  }
})

test('the fast path takes half of what the service takes among the records, most of which are made to be odd', () => {
  expect(BUILT.length).toBeGreaterThan(VECTORS.filter(({ ok }) => ok).length / 2)
})

/** Strict answers tell `1.0` from `1`, which only the text does. */
function jsonOf({ body, content_type, mode }: Vector): unknown {
  if (content_type !== undefined || mode === 'strict') return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
