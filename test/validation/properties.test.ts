import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SCHEMAS } from '../../src/schemas/index.js'
import { type ValidateOptions, validate, validateJson } from '../../src/validation/index.js'
import { compilePlan } from '../../src/validation/plan/compile-plan.js'
import { runSlowPath } from '../../src/validation/slow-path.js'
import { cases } from '../oracle/bodies.js'
import { readRecords } from '../oracle/records.js'
import { fastPathOf } from './fast-path/fast-path-of.js'

const NAMES = Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[]

/** Plans of their own, which have no fast path, nor have their parts: the slow path alone. */
const PLANS = Object.fromEntries(NAMES.map((name) => [name, compilePlan(SCHEMAS[name])]))

/** A parsed body that was recorded or generated, with the model it was meant for. */
interface Parsed {
  readonly name: keyof typeof SCHEMAS
  readonly value: unknown
}

const PARSED: readonly Parsed[] = [...readRecords('vectors'), ...cases(2000, 77)].flatMap(({ model, body }) => {
  const name = model === 'CreateModel' ? 'CreateModelEntityRequest' : NAMES.find((known) => known === model)
  try {
    return name === undefined ? [] : [{ name, value: JSON.parse(body ?? '') }]
  } catch {
    return []
  }
})

describe('the fast path and the slow path', () => {
  it.each(['lax', 'strict'] as const)('agree: what the fast path takes has the same value in %s mode', (mode) => {
    let taken = 0
    for (const { name, value } of PARSED) {
      const fastPath = fastPathOf(name)
      const built = fastPath.accepts(value) ? fastPath.build(value) : undefined
      if (built === undefined) continue
      taken += 1
      expect(slowly(name, value, { mode }), JSON.stringify(value)).toEqual({ ok: true, value: built })
    }
    expect(taken).toBeGreaterThan(1000)
  })

  it('together answer what the slow path alone answers', () => {
    for (const { name, value } of PARSED) {
      expect(validate(name, value), JSON.stringify(value)).toEqual(slowly(name, value))
    }
  })
})

describe('a validated value', () => {
  it('validates to itself, save a file: URL, which the service too may read in two ways one after the other', () => {
    for (const { name, value } of PARSED) {
      if (JSON.stringify(value).includes('file:')) continue
      const once = validate(name, value)
      if (once.ok) expect(validate(name, once.value), JSON.stringify(value)).toEqual(once)
    }
  })

  it('never reaches back to the input, which may be frozen', () => {
    for (const { name, value } of PARSED) {
      const before = JSON.stringify(value)
      const result = validate(name, deepFrozen(value))
      expect(JSON.stringify(value)).toBe(before)
      if (result.ok) expect(sharesObjects(result.value, value), before).toBe(false)
    }
  })
})

it('any text ends in an answer, and never in an exception', () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (name, text) => {
      expect(validateJson(name, text).ok).toBeTypeOf('boolean')
    }),
  )
})

it('any value that JSON can write is answered the same from its text', () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), fc.jsonValue(), (name, json) => {
      const text = JSON.stringify(json)
      fc.pre(!/\d{16}/.test(text))
      expect(validateJson(name, text)).toEqual(validate(name, JSON.parse(text)))
    }),
  )
})

describe('the cost is linear', () => {
  it.each([
    ['items of a list', (size: number) => ({ linear_layers: Array.from({ length: size }, () => ({ name: 1 })) })],
    [
      'unknown fields',
      (size: number) => Object.fromEntries(Array.from({ length: size }, (_, key) => [`k${key}`, key])),
    ],
  ])('in the %s: twice as many are read twice as often', (_, make) => {
    const [once, twice] = [reads(make(500)), reads(make(1000))]
    expect(twice).toBeLessThan(2.1 * once)
    expect(once).toBeLessThan(40_000)
  })
})

function slowly(name: keyof typeof SCHEMAS, value: unknown, options: ValidateOptions = {}): unknown {
  const plan = PLANS[name]
  if (plan === undefined) throw new Error(name)
  return runSlowPath(plan, value, options)
}

/** How often a validation reads a property of the input. */
function reads(input: object): number {
  let count = 0
  const counting = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    return new Proxy(value, {
      get(target, key) {
        count += 1
        return counting(Reflect.get(target, key))
      },
    })
  }
  validate('ModelSpec', counting(input))
  return count
}

function deepFrozen(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFrozen)
  return value
}

function sharesObjects(one: unknown, other: unknown): boolean {
  const objects = new Set(objectsIn(other))
  return objectsIn(one).some((object) => objects.has(object))
}

function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}
