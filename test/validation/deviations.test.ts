import { describe, expect, it } from 'vitest'
import { creationRefusals, validate, validateJson } from '../../src/validation/index.js'

// The answers that differ from the service's on purpose: docs/parity.md tells why.

describe('an integer beyond 2^53 - 1', () => {
  const TOO_LARGE = 'Unable to parse input string as an integer, exceeded maximum size'

  it.each([
    ['9007199254740992', 9007199254740992],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['"9007199254740993"', '9007199254740993'],
    ['1e17', 1e17],
  ])('is int_parsing_size where a field for integers has %s', (written, input) => {
    expect(validateJson('Lora', `{"rank": ${written}}`)).toStrictEqual({
      ok: false,
      status: 422,
      detail: [{ type: 'int_parsing_size', loc: ['body', 'rank'], msg: TOO_LARGE, input }],
    })
  })

  it('is int_parsing_size at its place in a free field', () => {
    const body = '{"name": "m", "custom_fields": {"a": [1, {"id": 12345678901234567891}]}, "ownership": {"x": 1.5e300}}'
    expect(validateJson('CreateModelEntityRequest', body)).toMatchObject({
      detail: [
        { type: 'int_parsing_size', loc: ['body', 'custom_fields', 'a', 1, 'id'], input: '12345678901234567891' },
      ],
    })
  })

  it('is told as the service tells it where the service refuses it too', () => {
    const result = validateJson('InferenceParams', '{"max_tokens": -9007199254740993}')
    expect(result).toMatchObject({ detail: [{ type: 'greater_than_equal', ctx: { ge: 1 } }] })
  })

  it('does no harm in a field that is dropped, or that is a number anyway', () => {
    expect(validateJson('Lora', '{"rank": 8, "unknown": 9007199254740993}').ok).toBe(true)
    expect(validateJson('Adapter', '{"created_at": 9007199254740993}')).toMatchObject({
      detail: expect.arrayContaining([expect.objectContaining({ type: 'datetime_parsing' })]),
    })
  })

  it('is shown by other errors as JavaScript reads it in the service\u2019s answer', () => {
    const result = validateJson('LinearLayerSpec', '{"name": 9007199254740993, "in_features": 1, "out_features": 1}')
    expect(result).toMatchObject({ detail: [{ type: 'string_type', input: 9007199254740992 }] })
    expect(() => JSON.stringify(result)).not.toThrow()
  })

  it('is refused from a parsed value as well, where it may have been rounded already', () => {
    expect(validate('Lora', { rank: 2 ** 53 })).toMatchObject({ detail: [{ type: 'int_parsing_size' }] })
    expect(validate('Lora', { rank: 9007199254740993n })).toMatchObject({
      detail: [{ type: 'int_parsing_size', input: '9007199254740993' }],
    })
    expect(validate('Lora', { rank: Number.MAX_SAFE_INTEGER }).ok).toBe(true)
  })
})

describe('where the service crashes', () => {
  it('NaN in a field that fails is a 422, with the error', () => {
    expect(validateJson('Lora', '{"rank": NaN}')).toMatchObject({
      status: 422,
      detail: [{ type: 'finite_number', input: Number.NaN }],
    })
  })

  it('lone surrogates are kept in a plain string and a free field', () => {
    const body = '{"name": "m", "fileset": "\\ud800", "custom_fields": {"x": "\\udc00"}}'
    expect(validateJson('CreateModelEntityRequest', body)).toMatchObject({
      value: { fileset: '\ud800', custom_fields: { x: '\udc00' } },
    })
  })

  it('a free field nested deeper than 250 is answered', () => {
    const body = `{"name": "m", "custom_fields": {"x": ${'['.repeat(900)}${']'.repeat(900)}}}`
    expect(validateJson('CreateModelEntityRequest', body).ok).toBe(true)
  })
})

describe('what the service takes from its clock, or refuses in an answer', () => {
  it('a timestamp that an adapter leaves out stays out', () => {
    const result = validate('Adapter', { name: 'a', workspace: 'w', fileset: 'w/f', finetuning_type: 'lora' })
    expect(result.ok && Object.keys(result.value)).not.toContain('created_at')
    expect(validate('Adapter', { created_at: null })).toMatchObject({
      detail: expect.arrayContaining([expect.objectContaining({ type: 'datetime_type', loc: ['body', 'created_at'] })]),
    })
  })

  it('both token limits are taken within an entity, fast and slow, and nowhere else', () => {
    const prompt = { inference_params: { max_tokens: 1, max_completion_tokens: 1 } }
    const entity = { id: 'i', name: 'm', workspace: 'w', created_at: '2024-01-15T09:30:00Z', prompt }
    expect(validate('ModelEntity', { ...entity, updated_at: '2024-01-15T09:30:00Z' }).ok).toBe(true)
    expect(validate('ModelEntity', { ...entity, updated_at: 1705311000 }).ok).toBe(true)
    for (const model of ['PromptData', 'CreateModelEntityRequest'] as const) {
      const value = model === 'PromptData' ? prompt : { name: 'm', prompt }
      expect(validate(model, value)).toMatchObject({ detail: [{ type: 'value_error', ctx: { error: {} } }] })
    }
  })

  it('half of a surrogate pair is refused by the create route, without the position', () => {
    expect(creationRefusals({ name: 'ab', base_model: '\ud800' }, { workspace: 'w' })).toMatchObject([
      {
        status: 400,
        detail: "'utf-8' codec can't encode a character: surrogates not allowed",
        loc: ['body', 'base_model'],
      },
    ])
  })
})

describe('depth', () => {
  it('is bounded at 1,000, where the decoder of the service gives up a little earlier', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    expect(validateJson('Lora', nested(1000))).toMatchObject({ status: 422 })
    expect(validateJson('Lora', nested(1001))).toMatchObject({ status: 400 })
  })
})
