import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ajvModule } from '../../../scripts/generate/gate/accept.js'
import { DEFINITIONS } from '../../../scripts/generate/gate/definition.js'
import type { SchemaName } from '../../../src/schemas/index.js'
import { fastPathOf } from '../../../src/validation/fast-path/fast-path.js'
import * as checks from '../../../src/validation/fast-path/text-checks.js'
import { valuesFor } from './arbitrary.js'

const ajv = ajvFunctions()

describe.each(DEFINITIONS)('the fast path of %s', (name, definition) => {
  test("gives Ajv's own verdict on any value", () => {
    fc.assert(
      fc.property(valuesFor(definition), (value) => {
        expect(fastPathOf(name).accepts(value)).toBe(ajv[name](value))
      }),
    )
  })

  test('takes what it builds and builds the same of it', () => {
    fc.assert(
      fc.property(valuesFor(definition), (value) => {
        const fastPath = fastPathOf(name)
        if (!fastPath.accepts(value)) return
        const before = structuredClone(value)
        const built = fastPath.build(value)
        expect(value).toEqual(before)
        if (built === undefined) return
        expect(fastPath.accepts(built)).toBe(true)
        expect(fastPath.build(built)).toEqual(built)
      }),
    )
  })
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

/** Ajv's output before anything is struck out of it, as functions. */
function ajvFunctions(): Record<SchemaName, (value: unknown) => boolean> {
  const enumerations = DEFINITIONS.map(
    ([name, { enum: members }]) => `const ${name}Members = new Set(${JSON.stringify(members)});`,
  )
  const code = ajvModule().replaceAll(/export const (\w+) = /g, 'exported.$1 = ')
  const body = `const exported = {}; const { ${Object.keys(checks).join(', ')} } = checks; ${enumerations.join('')} ${code}; return exported`
  return new Function('checks', body)(checks)
}
