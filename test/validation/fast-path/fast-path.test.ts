import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SCHEMA_NAMES, SCHEMAS } from '../../../src/schemas/index.js'
import { compilePlan } from '../../../src/validation/plan/compile-plan.js'
import { bodiesFor } from './bodies.js'
import { fastPathOf } from './fast-path-of.js'
import { ajvOf, exactAjvOf } from './judge.js'
import { mutations } from './mutations.js'
import { valuesOf } from './values.js'

describe.each(SCHEMA_NAMES)('the fast path of %s', (name) => {
  const { accepts, build } = fastPathOf(name)
  const ajv = ajvOf(name)
  const exactAjv = exactAjvOf(name)
  const plan = compilePlan(SCHEMAS[name])

  function expectAgreement(value: unknown): void {
    const isAccepted = accepts(value)
    if (isAccepted !== exactAjv(value) || (isAccepted && !ajv(value))) {
      expect({ value, fastPath: isAccepted, exactAjv: exactAjv(value), ajv: ajv(value) }).toBe('the same verdicts')
    }
  }

  test("gives Ajv's verdict on generated values and their mutations", () => {
    fc.assert(
      fc.property(valuesOf(plan), fc.nat(20), (value, seed) => {
        expectAgreement(value)
        for (const mutation of mutations(value, seed)) expectAgreement(mutation)
      }),
    )
  })

  test("gives Ajv's verdict on recorded bodies and their mutations", () => {
    const bodies = bodiesFor(name)
    for (const [index, body] of bodies.entries()) {
      expectAgreement(body)
      // A mutation of every body would take minutes.
      if (index % Math.ceil(bodies.length / 100) === 0)
        for (const mutation of mutations(body, index)) expectAgreement(mutation)
    }
  })

  test('takes what it builds and builds the same of it', () => {
    fc.assert(
      fc.property(valuesOf(plan), (value) => {
        if (!accepts(value)) return
        const before = structuredClone(value)
        const built = build(value)
        expect(value).toEqual(before)
        expect(accepts(built)).toBe(true)
        expect(build(built)).toEqual(built)
      }),
    )
  })
})

test('there are recorded bodies enough to judge by', () => {
  expect(SCHEMA_NAMES.reduce((count, name) => count + bodiesFor(name).length, 0)).toBeGreaterThan(5000)
})

test('integers are safe ones, and -0 is built as 0', () => {
  const { accepts, build } = fastPathOf('Lora')
  expect([2 ** 53, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '8', true].some((rank) => accepts({ rank }))).toBe(false)
  expect(accepts({ rank: -(2 ** 53) + 1, alpha: -0 })).toBe(true)
  expect(build({ rank: -0, alpha: -0 })).toEqual({ rank: 0, alpha: 0 })
})

test('defaults are filled in, absent fields are null and fields that no schema names are dropped', () => {
  const entity = { alpha: undefined, rank: 8, more: [1] }
  expect(fastPathOf('Lora').build(entity)).toStrictEqual({ alpha: null, rank: 8 })
  expect(fastPathOf('MambaConfig').build({ is_hybrid: false, num_mamba_layers: 2 })).toStrictEqual({
    is_hybrid: false,
    num_mamba_layers: 2,
    num_attention_layers: 0,
    num_mlp_layers: 0,
    state_size: 16,
    conv_kernel: 4,
  })
})

test('inference parameters keep further fields, copied, after the known ones', () => {
  const value = JSON.parse('{"seed":{"at":[1]},"top_p":0.5,"__proto__":{"polluted":true}}')
  const built = fastPathOf('InferenceParams').build(value) as Record<string, unknown>
  expect(Object.keys(built).slice(-2)).toEqual(['seed', '__proto__'])
  expect(built['seed']).toEqual(value.seed)
  expect(built['seed']).not.toBe(value.seed)
  expect('polluted' in built).toBe(false)
})
