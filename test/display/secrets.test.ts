import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSecretKey, maskSecrets, maskText, maskUrls } from '../../src/display/index.js'

describe('isSecretKey', () => {
  it.each(
    'api_key apiKey api-key x-api-key API_KEY api_kye apikeyy ap_key openai_api_key token hf_token access_token password db_password passwd secret client_secret private_key authorization credentials'.split(
      ' ',
    ),
  )('takes %s for one', (key) => {
    expect(isSecretKey(key)).toBe(true)
  })

  it.each(
    'name url eos_token bos_token pad_token_id max_tokens tokenizer stop_tokens num_key_value_heads key keys monkey api_base api_type secretary mapping happy'.split(
      ' ',
    ),
  )('takes %s for none', (key) => {
    expect(isSecretKey(key)).toBe(false)
  })
})

describe('maskUrls', () => {
  it.each([
    ['http://user:hunter2@h.com:99999/', 'http://***@h.com:99999/'],
    ['see http://u:p@h/x@y and https://tok@h', 'see http://***@h/x@y and https://***@h'],
    ['http://u:p w"o@h', 'http://***@h'],
    ['http:u:p@h', 'http:***@h'],
    ['http:\\\\u:p@h', 'http:\\\\***@h'],
    ['{"u":"http:\\/\\/us:hunter2@h"}', '{"u":"http:\\/\\/***@h"}'],
    ['http://u:hun#ter@h', 'http://***@h'],
    ['http://u:hun/ter@h', 'http://***@h'],
    ['"http://u:pw\\u0040h"', '"http://***\\u0040h"'],
    ['postgres://u:p@h/db', 'postgres://***@h/db'],
    ['//u:p@@h', '//***@h'],
    ['url: http://u:p@h # mail a@b.com', 'url: http://***@h # mail a@b.com'],
    ['# http://u:p w"o@h', '# http://***@h'],
    ["see 'http://u:p'w@x@h' there", "see 'http://***@h' there"],
    ['- http://u:p/w o@h', '- http://***@h'],
    ['hf:u:password@org/x', 'hf:***@org/x'],
    ['hf:u:pass/word@org/x', 'hf:***@org/x'],
    ['http://h/?api_key=abc&x=1', 'http://h/?api_key=***&x=1'],
    ['see https://h/p?x=1&token=abc#top, or', 'see https://h/p?x=1&token=***#top, or'],
    ['http://u:p@h/?sig=a%2Bb&X-Amz-Signature=0f', 'http://***@h/?sig=***&X-Amz-Signature=***'],
    ['{"u":"http:\\/\\/h?api%5Fkey=abc\\u0026key=x"}', '{"u":"http:\\/\\/h?api%5Fkey=***\\u0026key=***"}'],
  ])('makes of %s %s', (text, masked) => {
    expect(maskUrls(text)).toBe(masked)
  })

  it.each([
    'http://h/x@y',
    'http://h:80/x@y',
    'mail a@b.com',
    'name: foo@bar',
    'http://@h',
    'a//b',
    'http://h:8000/v1 # ask a@b.com',
    `http://h:\${PORT}/v1 # ask a@b.com`,
    'http://[::1]/x@y',
    '{"url":"http://h:x","mail":"a@b.com"}',
    'see http://h:x\na@b.com',
    'hf:org/name',
    `http://h/?token=\${TOKEN}&max_tokens=5&x=token`,
    'what? token = 5; key: a=b',
  ])('leaves %s as it is', (text) => {
    expect(maskUrls(text)).toBe(text)
  })

  it('masks what the URL parser of the web takes for user info', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '%', '.', '!', '$', '&', ';', '=', ',', '~', '-') })
    fc.assert(
      fc.property(part, part, (user, password) => {
        const url = `https://${user}x:${password}y@host/path`
        expect(maskUrls(url)).toBe('https://***@host/path')
        expect(maskUrls(`see ${url} there`)).toBe('see https://***@host/path there')
      }),
    )
  })

  it.each([
    ['schemes', `${'http://'.repeat(200_000)}@`],
    ['slashes', `${'//'.repeat(200_000)} @ http:`],
    ['schemes without slashes', `${'http:'.repeat(200_000)}/@`],
    ['URLs', 'http://a:b/'.repeat(100_000)],
    ['URLs with spaces', `${'http://a:b '.repeat(100_000)}@`],
    ['parameters', '&key'.repeat(250_000)],
    ['secret parameters', '?token=a&'.repeat(100_000)],
  ])('is done with a megabyte of %s', (_, text) => {
    expect(maskUrls(text).length).toBeLessThanOrEqual(text.length + 300_000)
  })
})

describe('maskText', () => {
  it.each([
    ['api_key: sk-1234', 'api_key: ***'],
    ['{"api_key": "sk-1\\"234", "a": 1}', '{"api_key": ***, "a": 1}'],
    ['{api_key: sk-12, b: 2}', '{api_key: ***, b: 2}'],
    ['api_key: |\n  sk-1\n  sk-2\nurl: x', 'api_key: ***\nurl: x'],
    ['- api_key: >-\n    sk-1\n  url: y', '- api_key: ***\n  url: y'],
    ['api_key:\n- sk-1\n- sk-2\nurl: x', 'api_key:***\nurl: x'],
    ['x: &k sk-123\napi_key: *k\n[broken', 'x: &k ***\napi_key: ***\n[broken'],
    ['? api_key\n: sk-12\nz: 1', '? api_key\n: ***\nz: 1'],
    ['api_key: >-\n x    sk-1\nurl: x', 'api_key: ***\nurl: x'],
    ['# api_key: old', '# api_key: ***'],
    ['api_key: !x sk-12', 'api_key: ***'],
    ['api_key sk-12\nurl: x', 'api_key ***\nurl: x'],
    ['api_key: !!str "sk-12"', 'api_key: !!str ***'],
    ['{"api_key" "sk-12", "a": 1}', '{"api_key" ***, "a": 1}'],
    ['{"api\\u005fkey":\n "sk-1"}', '{"api\\u005fkey":\n ***}'],
    ['api_key: "sk-unclosed\nfoo: bar', 'api_key: ***'],
    ["unknown option '--token=hf_abc'", "unknown option '--token=***"],
    ['max_tokens: 5\neos_token: </s>', 'max_tokens: 5\neos_token: </s>'],
    ['the api_key is missing', 'the api_key is missing'],
  ])('makes of %j %j', (text, masked) => {
    expect(maskText(text)).toBe(masked)
  })

  it.each([
    ['quotes', '"'.repeat(1_000_000)],
    ['keys', 'api_key: '.repeat(100_000)],
    ['aliases', 'api_key: *a &a '.repeat(50_000)],
    ['flow mappings in one line', '{api_key: secret},'.repeat(60_000)],
    ['apostrophes', "'".repeat(1_000_000)],
    ['keys without a colon', 'api_key \n'.repeat(100_000)],
    ['open brackets', '{"api_key": ['.repeat(100_000)],
    ['empty lines', '\n'.repeat(1_000_000)],
    ['anchors', `${'x: &a\n'.repeat(100_000)}api_key: *a`],
  ])('is done with a megabyte of %s', (_, text) => {
    expect(maskText(text).length).toBeLessThanOrEqual(text.length + 300_000)
  })
})

describe('maskSecrets', () => {
  it('masks what stands under the key of a secret, and says how much', () => {
    const value = {
      api_key: 'sk-1',
      url: 'http://u:p@h/',
      custom: { token: [1, true, { deep: 'x' }], eos_token: '</s>', password: null, secret: '', apiKey: `\${KEY}` },
    }
    expect(maskSecrets(value)).toEqual({
      value: {
        api_key: '***',
        url: 'http://***@h/',
        custom: {
          token: ['***', '***', { deep: '***' }],
          eos_token: '</s>',
          password: null,
          secret: '',
          apiKey: `\${KEY}`,
        },
      },
      secrets: 5,
    })
  })

  it('masks the input of an error that is of such a key', () => {
    const error = { type: 'string_type', loc: ['body', 'api_endpoint', 'api_key'], msg: 'm', input: 5 }
    expect(maskSecrets({ detail: [error] }).value).toEqual({ detail: [{ ...error, input: '***' }] })
  })

  it('masks the same text under another key, and keys inside a secret', () => {
    const value = { api_key: { 'sk-123456': 1 }, spec: 'sk-123456', token: 'auto', device: 'auto' }
    expect(maskSecrets(value).value).toEqual({ api_key: { '***': '***' }, spec: '***', token: '***', device: 'auto' })
  })

  it('masks copies of the secrets of the request, also inside a text, cut, and of a number', () => {
    const source = { api_key: 'sk-S3CRETk3y', token: 123456789 }
    const errors = [
      { type: 'string_type', loc: ['body', 'sk-S3CRETk3y'], msg: 'm', input: 123456789 },
      { type: 'int_parsing', loc: ['body', 'a'], msg: 'm', input: 'x sk-S3CRETk3y y' },
      { type: 'int_parsing', loc: ['body', 'a'], msg: 'm', input: 'sk-S3CRET…' },
      { type: 'int_parsing', loc: ['body', 'http://h/?token=abc'], msg: 'm', input: 'sk-S3…' },
    ]
    expect(maskSecrets({ detail: errors }, source).value).toEqual({
      detail: [
        { ...errors[0], loc: ['body', '***'], input: '***' },
        { ...errors[1], input: 'x *** y' },
        { ...errors[2], input: '***' },
        { ...errors[3], loc: ['body', 'http://h/?token=***'] },
      ],
    })
  })

  it('masks secrets written inside the input of an error, and leaves such texts elsewhere', () => {
    const error = { type: 'int_parsing', loc: ['body', 'n'], msg: 'm', input: 'HF_TOKEN=hf_123456' }
    const template = '{% set token = x %}'
    expect(maskSecrets({ detail: [error], template }).value).toEqual({
      detail: [{ ...error, input: 'HF_TOKEN=***' }],
      template,
    })
  })

  it('changes nothing else', () => {
    const key = fc.constantFrom('a', 'b', 'name', 'eos_token', '__proto__')
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, fc.string(), fc.integer(), fc.constant(null), tie('list'), tie('fields')),
      list: fc.array(tie('tree')),
      fields: fc.dictionary(key, tie('tree')),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        fc.pre(!JSON.stringify(value).includes('@'))
        expect(maskSecrets(value)).toEqual({ value, secrets: 0 })
      }),
    )
  })
})
