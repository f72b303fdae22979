import { describe, expect, it } from 'vitest'
import { SCHEMAS } from '../../src/schemas/index.js'
import { type ErrorDetail, type ValidationResult, validate } from '../../src/validation/index.js'

const REQUEST = { name: 'llama', custom_fields: { team: ['a', { b: 1 }] }, trust_remote_code: 'yes', unknown: 1 }

describe('a value that passes', () => {
  it('comes back new, with coercions made, defaults and nulls filled in, and unknown fields dropped', () => {
    const result = validate('CreateModelEntityRequest', REQUEST)
    expect(passed(result)).toMatchObject({ name: 'llama', trust_remote_code: true, project: null, prompt: null })
    expect(passed(result)).not.toHaveProperty('unknown')
  })

  it('shares nothing with the input, which is left as it was', () => {
    const input = deepFrozen(structuredClone(REQUEST))
    const value = passed(validate('CreateModelEntityRequest', input))
    expect(input).toStrictEqual(REQUEST)
    expect(Reflect.get(value, 'custom_fields')).toStrictEqual(REQUEST.custom_fields)
    expect(Reflect.get(value, 'custom_fields')).not.toBe(input.custom_fields)
  })

  it('keeps the unknown fields of InferenceParams, after the known ones', () => {
    const value = passed(validate('InferenceParams', { top_k: 40, temperature: '0.5', seed: { a: 1 } }))
    expect(value).toMatchObject({ temperature: 0.5, top_k: 40, seed: { a: 1 } })
    expect(Object.keys(value).slice(-2)).toStrictEqual(['top_k', 'seed'])
  })

  it('has keys like __proto__ and constructor as fields, and no other prototype', () => {
    const input: unknown = JSON.parse(
      '{"name": "m", "custom_fields": {"__proto__": {"x": 1}, "constructor": 2, "n": "1"}}',
    )
    for (const trust of [true, 'yes']) {
      const value = passed(validate('CreateModelEntityRequest', { ...Object(input), trust_remote_code: trust }))
      const fields: object = Reflect.get(value, 'custom_fields')
      expect(Object.keys(fields)).toStrictEqual(['__proto__', 'constructor', 'n'])
      expect(Object.getPrototypeOf(fields)).toBe(Object.prototype)
    }
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
  })

  it('is the same by name and by definition', () => {
    const input = { rank: '8' }
    expect(validate(SCHEMAS.Lora, input)).toStrictEqual(validate('Lora', input))
  })
})

describe('options', () => {
  const INVALID = { num_experts: 'x', num_experts_per_tok: null }

  it('loc is what every place begins with', () => {
    expect(detailOf(validate('MoEConfig', INVALID, { loc: [] })).map(({ loc }) => loc)).toStrictEqual([
      ['num_experts'],
      ['num_experts_per_tok'],
      ['num_expert_layers'],
    ])
    expect(detailOf(validate('Lora', 1, { loc: ['models', 3] }))[0]?.loc).toStrictEqual(['models', 3])
  })

  it('maxErrors cuts the list, and the count tells of what is cut off', () => {
    const result = validate('MoEConfig', INVALID, { maxErrors: 2 })
    expect(detailOf(result)).toHaveLength(2)
    expect(result).toHaveProperty('errorCount', 3)
    expect(validate('MoEConfig', INVALID)).not.toHaveProperty('errorCount')
  })

  it('mode strict coerces nothing', () => {
    expect(validate('Lora', { rank: '8' }, { mode: 'strict' })).toMatchObject({ detail: [{ type: 'int_type' }] })
    expect(validate('Lora', { rank: 8 }, { mode: 'strict' }).ok).toBe(true)
  })

  it('maxDepth bounds every value, whatever field it stands in', () => {
    const deep = { name: 'm', custom_fields: { a: [[1]] } }
    expect(validate('CreateModelEntityRequest', deep, { maxDepth: 4 }).ok).toBe(true)
    expect(validate('CreateModelEntityRequest', deep, { maxDepth: 3 })).toMatchObject({ ok: false, status: 400 })
    expect(
      validate('CreateModelEntityRequest', { name: 'm', unknown: nested(2000), trust_remote_code: '1' }),
    ).toMatchObject({
      status: 400,
    })
  })
})

describe('what is no JSON', () => {
  it('undefined is a body that is missing, and a field that is absent', () => {
    expect(validate('Lora', undefined)).toMatchObject({ detail: [{ type: 'missing', loc: ['body'], input: null }] })
    expect(validate('Lora', { rank: undefined })).toMatchObject({
      detail: [{ type: 'missing', loc: ['body', 'rank'] }],
    })
    expect(validate('Lora', { rank: 8, alpha: undefined })).toStrictEqual({ ok: true, value: { alpha: null, rank: 8 } })
  })

  it('a value that contains itself is wrong use', () => {
    const cyclic: Record<string, unknown> = { rank: '8' }
    cyclic['self'] = [cyclic, cyclic]
    expect(() => validate('Lora', cyclic)).toThrow('`body.self.0` is an object that contains itself')
  })

  it('a value nested 100,000 deep ends in a 400, in a free field as at the top', () => {
    const deep = nested(100_000)
    expect(validate('Lora', deep)).toMatchObject({ status: 400 })
    expect(validate('CreateModelEntityRequest', { name: 'm', custom_fields: { deep } })).toMatchObject({ status: 400 })
  })
})

it('an unknown name is told with the names there are', () => {
  const call = (name: string): unknown => Reflect.apply(validate, undefined, [name, {}])
  expect(() => call('Model')).toThrow(/^unknown model "Model"; expected one of MoEConfig, /)
})

function passed(result: ValidationResult): object {
  if (!result.ok || typeof result.value !== 'object' || result.value === null) throw new Error(JSON.stringify(result))
  return result.value
}

function detailOf(result: ValidationResult): readonly ErrorDetail[] {
  return !result.ok && result.status === 422 ? result.detail : []
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = [value]
  return value
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFrozen)
  return value
}
