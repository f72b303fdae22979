import { describe, expect, it } from 'vitest'
import { SCHEMAS } from '../../src/schemas/index.js'
import { is, requestValidationBody, validateJson } from '../../src/validation/index.js'

const NOT_READABLE = { ok: false, status: 400, detail: 'There was an error parsing the body' }

describe('a body that is no JSON', () => {
  it('is missing when it is empty, whatever the content type', () => {
    const missing = {
      ok: false,
      status: 422,
      detail: [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }],
    }
    expect(validateJson('Lora', '')).toStrictEqual(missing)
    expect(validateJson('Lora', new Uint8Array(), { contentType: 'text/plain' })).toStrictEqual(missing)
  })

  it('is told with the words and the position of the decoder', () => {
    expect(validateJson('Lora', '{"rank": 8,}', { loc: ['file'] })).toStrictEqual({
      ok: false,
      status: 422,
      detail: [
        {
          type: 'json_invalid',
          loc: ['file', 11],
          msg: 'JSON decode error',
          input: {},
          ctx: { error: 'Expecting property name enclosed in double quotes' },
        },
      ],
    })
  })

  it.each([
    ['bytes in no encoding', new Uint8Array([0x7b, 0xff])],
    ['an integer of 4,301 digits, in a field that nobody reads', `{"rank": 1, "unknown": ${'1'.repeat(4301)}}`],
    ['100,000 open arrays', '['.repeat(100_000)],
    ['1,001 arrays in a field that nobody reads', `{"rank": 1, "unknown": ${'['.repeat(1000)}${']'.repeat(1000)}}`],
  ])('is a 400 for %s', (_, body) => {
    expect(validateJson('Lora', body)).toStrictEqual(NOT_READABLE)
  })

  it('is the text itself where the content type is not JSON, or there is none', () => {
    const detail = [{ type: 'model_attributes_type', loc: ['body'], input: '{"rank": 8}' }]
    expect(validateJson('Lora', '{"rank": 8}', { contentType: 'text/plain' })).toMatchObject({ detail })
    expect(validateJson('Lora', new TextEncoder().encode('{"rank": 8}'), { contentType: null })).toMatchObject({
      detail,
    })
  })
})

it('keeps the byte order mark of a body that is not JSON, as the service decodes it', () => {
  for (const body of ['\ufeff{}', new TextEncoder().encode('\ufeff{}')]) {
    expect(validateJson('Lora', body, { contentType: 'text/plain' })).toMatchObject({
      detail: [{ type: 'model_attributes_type', input: '\ufeff{}' }],
    })
  }
})

describe('a body that is', () => {
  it('may be JSON by any content type that FastAPI takes for it', () => {
    for (const contentType of ['application/json', 'Application/JSON; charset=utf-8', 'application/hal+json']) {
      expect(validateJson('Lora', '{"rank": 8}', { contentType }).ok, contentType).toBe(true)
    }
  })

  it('may be deep, as long as it stays within the limit', () => {
    const body = `{"name": "m", "custom_fields": {"a": ${'['.repeat(998)}${']'.repeat(998)}}}`
    expect(validateJson('CreateModelEntityRequest', body).ok).toBe(true)
    expect(validateJson('CreateModelEntityRequest', body, { maxDepth: 999 })).toStrictEqual(NOT_READABLE)
  })

  it('may have more than 1,000 brackets, in texts too', () => {
    const names = Array.from({ length: 2000 }, () => '{"name": "[[[\\"[{", "in_features": 1, "out_features": 2}')
    expect(validateJson('ModelSpec', `{"linear_layers": [${names.join()}]}`)).toMatchObject({ status: 422 })
  })

  it('has the same value from bytes as from text', () => {
    const text = '{"name": "m", "description": "é🦙", "custom_fields": {"x": [1, -0.0, 1e3]}}'
    const utf16 = new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))
    expect(validateJson('CreateModelEntityRequest', utf16)).toStrictEqual(
      validateJson('CreateModelEntityRequest', text),
    )
  })
})

describe('hostile bodies end in an answer', () => {
  it.each([
    ['10 MB of one string', `{"rank": "${'1'.repeat(10_000_000)}"}`],
    ['10 MB of blanks in a number', `{"rank": "${' '.repeat(10_000_000)}x"}`],
    ['a million digits', `{"rank": ${'1'.repeat(1_000_000)}}`],
    ['a million keys', `{${Array.from({ length: 1_000_000 }, (_, key) => `"k${key}":${key}`).join()}}`],
    ['a megabyte of hyphens', `{"rank": "1", "alpha": "${'-'.repeat(1_000_000)}"}`],
  ])('%s', (_, body) => {
    expect([200, 400, 422]).toContain(statusOf(body))
  })

  it.each(['1', '_', '1_', '0', '.', '-', 'e', ' ', '\u00a0', 'T', ':', 'a-', '/'])(
    'a megabyte of %j in every kind of field',
    (piece) => {
      const text = JSON.stringify(`${piece.repeat(1_000_000 / piece.length)}x`)
      const fields = ['"max_tokens"', '"temperature"', '"stop"', '"model"'].map((name) => `${name}: ${text}`)
      expect(validateJson('InferenceParams', `{${fields.join()}}`).ok).toBe(false)
      const names = ['name', 'workspace', 'created_at', 'enabled', 'finetuning_type', 'model', 'description']
      expect(validateJson('Adapter', `{${names.map((name) => `"${name}": ${text}`).join()}}`).ok).toBe(false)
      expect(validateJson('APIEndpointData', `{"url": ${text}}`).ok).toBe(false)
    },
  )

  it.each([
    ['dots', `http://h/${'a/'.repeat(200_000)}${'../'.repeat(200_000)}`],
    ['percent signs', `http://h/${'%'.repeat(500_000)}`],
    ['an endless host', `http://${'a.'.repeat(300_000)}`],
    ['a host of hyphens', `http://${'a-'.repeat(300_000)}/`],
    ['a label in Punycode', `http://xn--${'a9'.repeat(50_000)}/`],
    ['many labels in Punycode', `http://${'xn--mnchen-3ya.'.repeat(5000)}de/`],
    ['ats', `http://${'@'.repeat(500_000)}`],
    ['colons', `http://[${':'.repeat(500_000)}]`],
    ['slashes', `file:${'/'.repeat(500_000)}`],
  ])('a URL of %s', (_, url) => {
    expect(requestValidationBody('APIEndpointData', JSON.stringify({ url })).ok).toBeTypeOf('boolean')
  })
})

describe('requestValidationBody', () => {
  it('is the value, or the status and the body that the service answers', () => {
    expect(requestValidationBody('Lora', '{"rank": "8"}')).toStrictEqual({ ok: true, value: { alpha: null, rank: 8 } })
    expect(requestValidationBody('Lora', '{}')).toStrictEqual({
      ok: false,
      status: 422,
      body: { detail: [{ type: 'missing', loc: ['body', 'rank'], msg: 'Field required', input: {} }] },
    })
    expect(requestValidationBody('Lora', new Uint8Array([0xff]))).toStrictEqual({
      ok: false,
      status: 400,
      body: { detail: 'There was an error parsing the body' },
    })
  })
})

describe('is', () => {
  it('takes a value as it stands, and coerces nothing', () => {
    expect(is('Lora', { rank: 8 })).toBe(true)
    expect(is('Lora', { rank: '8' })).toBe(false)
    expect(is('FinetuningType', 'lora')).toBe(true)
    expect(is('Lora', null)).toBe(false)
  })

  it('takes a definition of your own, and ours', () => {
    const own = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }
    expect([{ n: 1 }, { n: '1' }, {}, { n: 1, m: 2 }].map((value) => is(own, value))).toStrictEqual([
      true,
      false,
      false,
      true,
    ])
    expect([{ rank: 8 }, { rank: '8' }].map((value) => is(SCHEMAS.Lora, value))).toStrictEqual([true, false])
  })
})

function statusOf(body: string): number {
  const result = validateJson('Lora', body)
  return result.ok ? 200 : result.status
}
