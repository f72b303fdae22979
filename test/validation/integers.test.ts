import { describe, expect, it } from 'vitest'
import { writeJson } from '../../src/json/index.js'
import { creationRefusals, validate, validateJson } from '../../src/validation/index.js'

const BODY = '{"name": "m", "custom_fields": {"id": 9007199254740993, "ids": [18446744073709551616, 1]}}'

describe('an integer beyond 2^53 - 1 in a free field', () => {
  it('is refused at its place if nothing is said', () => {
    expect(validateJson('CreateModelEntityRequest', BODY)).toMatchObject({
      detail: [
        { type: 'int_parsing_size', loc: ['body', 'custom_fields', 'id'], input: '9007199254740993' },
        { type: 'int_parsing_size', loc: ['body', 'custom_fields', 'ids', 0], input: 18446744073709552000 },
      ],
    })
  })

  it('is a bigint with `bigint`, which writeJson writes as it was read', () => {
    const result = validateJson('CreateModelEntityRequest', BODY, { integers: 'bigint' })
    if (!result.ok) throw new Error('refused')
    expect(result.value.custom_fields).toStrictEqual({ id: 9007199254740993n, ids: [18446744073709551616n, 1] })
    expect(writeJson(result.value)).toContain('{"id":9007199254740993,"ids":[18446744073709551616,1]}')
    expect(validate('CreateModelEntityRequest', result.value, { integers: 'bigint' })).toStrictEqual(result)
    expect(creationRefusals(result.value, { workspace: 'w' })[0]?.reason).toBe('body-not-valid')
    expect(creationRefusals(result.value, { workspace: 'w', integers: 'bigint' })[0]?.reason).toBe('name-not-accepted')
  })

  it('is the nearest number with `number`, unless it is beyond all numbers', () => {
    const options = { integers: 'number' } as const
    expect(validateJson('CreateModelEntityRequest', BODY, options)).toMatchObject({
      value: { custom_fields: { id: 9007199254740992, ids: [18446744073709552000, 1] } },
    })
    const huge = `{"name": "m", "ownership": {"id": ${'9'.repeat(400)}}}`
    expect(validateJson('CreateModelEntityRequest', huge, options)).toMatchObject({
      detail: [{ type: 'int_parsing_size' }],
    })
  })

  it('is refused in a field for integers, whatever is said', () => {
    const body = '{"rank": 9007199254740993}'
    for (const integers of ['bigint', 'number'] as const)
      expect(validateJson('Lora', body, { integers }).ok).toBe(false)
  })
})

describe('hideInput', () => {
  it('leaves the input out of every error, and nothing else', () => {
    for (const body of ['{"rank": "x", "alpha": 1.5}', '{"rank":', '', '[]']) {
      const shown = validateJson('Lora', body)
      const hidden = validateJson('Lora', body, { hideInput: true })
      if (shown.ok || shown.status !== 422) throw new Error('not refused')
      expect(hidden).toStrictEqual({ ...shown, detail: shown.detail.map(({ input: _, ...rest }) => rest) })
    }
  })
})
