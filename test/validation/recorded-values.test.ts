import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type TSchema, Type } from '@sinclair/typebox'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isModelRef } from '../../src/references/model-ref.js'
import { validate, validateJson } from '../../src/validation/index.js'
import { runs } from '../share.js'

/** What pydantic makes of a text, of one kind: a line of `test/oracle/values.py`. */
interface Recorded {
  readonly kind: keyof typeof DEFINITIONS
  readonly text: string
  /** JSON text, in Python's spelling. */
  readonly value?: string
  readonly errors?: readonly (readonly [type: string, loc: readonly (string | number)[], msg: string])[]
}

const EXTRAS = Type.Object(
  { x: Type.Optional(Type.Union([Type.Integer(), Type.Null()])) },
  { title: 'Extras', additionalProperties: true },
)
const PLAIN = Type.Object({ x: Type.Optional(Type.Union([Type.Integer(), Type.Null()])) }, { title: 'Plain' })

const DEFINITIONS = {
  integer: Type.Integer(),
  number: Type.Number(),
  boolean: Type.Boolean(),
  string: Type.String(),
  datetime: Type.String({ format: 'date-time' }),
  enum: Type.Unsafe<string>({ type: 'string', enum: ['lora', 'qlora'] }),
  url: Type.String({ format: 'uri' }),
  list: Type.Array(Type.Unknown()),
  record: Type.Record(Type.String(), Type.Unknown()),
  holder: Type.Object({
    extras: Type.Optional(Type.Union([EXTRAS, Type.Null()])),
    plain: Type.Optional(Type.Union([PLAIN, Type.Null()])),
    items: Type.Optional(Type.Union([Type.Array(EXTRAS), Type.Null()])),
    counts: Type.Optional(Type.Union([Type.Record(Type.String(), Type.Integer()), Type.Null()])),
  }),
} satisfies Record<string, TSchema>

const RECORDED: readonly Recorded[] = gunzipSync(
  readFileSync(new URL('../fixtures/fastapi/values.jsonl.gz', import.meta.url)),
)
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line): Recorded => JSON.parse(line))

describe('values at the edges', () => {
  it.each(Object.keys(DEFINITIONS) as Recorded['kind'][])(
    'are to a field of the kind %s what they are to pydantic',
    (kind) => {
      const records = RECORDED.filter((record) => record.kind === kind)
      expect(records.length).toBeGreaterThan(300)
      for (const { text, value, errors } of records) {
        const result = validateJson(DEFINITIONS[kind], text, { loc: [] })
        if (!result.ok) {
          const told = result.status === 422 ? result.detail.map(({ type, loc, msg }) => [type, loc, msg]) : result
          expect(told, text).toStrictEqual(errors ?? TOO_LARGE)
          if (errors === undefined) expect(Math.abs(Number(value)), text).toBeGreaterThan(Number.MAX_SAFE_INTEGER)
        } else if (kind === 'integer' || kind === 'number') {
          expect(result.value, text).toBe(Number(value))
        } else {
          expect(JSON.parse(JSON.stringify(result.value)), text).toStrictEqual(JSON.parse(value ?? ''))
        }
      }
    },
  )
})

/** The one deviation that these records meet: an integer that JavaScript would round. */
const TOO_LARGE = [['int_parsing_size', [], 'Unable to parse input string as an integer, exceeded maximum size']]

describe('an integer of more digits than a number holds', () => {
  const FREE: readonly (readonly [
    model: Parameters<typeof validateJson>[0] & string,
    wrapped: (value: string) => string,
  ])[] = [
    ['CreateModelEntityRequest', (value) => `{"name": "ab", "custom_fields": {"a": [0, {"b": ${value}}]}}`],
    ['CreateModelEntityRequest', (value) => `{"name": "ab", "ownership": {"a": [0, {"b": ${value}}]}}`],
    ['InferenceParams', (value) => `{"a": [0, {"b": ${value}}]}`],
    ['ValidationError', (value) => `{"loc": [], "msg": "", "type": "", "ctx": {"a": [0, {"b": ${value}}]}}`],
    ['ValidationError', (value) => `{"loc": [], "msg": "", "type": "", "input": {"a": [0, {"b": ${value}}]}}`],
  ]

  it.each([16, 309, 310, 311, 4300])(
    'is an error at its place in every free field and encoding: %i digits',
    (length) => {
      for (const sign of ['', '-']) {
        const digits = sign + '9'.repeat(length)
        for (const [model, wrapped] of FREE) {
          const text = wrapped(digits)
          const expected = { status: 422, detail: [{ type: 'int_parsing_size', input: digits }] }
          for (const body of [
            text,
            Buffer.from(text),
            Buffer.from(`\ufeff${text}`, 'utf16le'),
            Buffer.from(text, 'utf16le'),
          ]) {
            const result = validateJson(model, body)
            expect(result).toMatchObject(expected)
            expect(result).toMatchObject({ detail: [{ loc: expect.arrayContaining(['a', 1, 'b']) }] })
          }
        }
      }
    },
  )

  it('makes a body unreadable beyond 4,300', () => {
    for (const [model, wrapped] of FREE) expect(validateJson(model, wrapped('1'.repeat(4301))).ok).toBe(false)
    expect(validateJson('Lora', `{"rank": 1, "dropped": ${'1'.repeat(4301)}}`)).toMatchObject({ status: 400 })
  })

  it('is an error in a parsed value too, as a bigint', () => {
    const custom_fields = { a: [10n ** 400n] }
    expect(validate('CreateModelEntityRequest', { name: 'ab', custom_fields })).toMatchObject({
      detail: [{ type: 'int_parsing_size', loc: ['body', 'custom_fields', 'a', 0], input: `1${'0'.repeat(400)}` }],
    })
  })
})

describe('a key that is no Unicode text', () => {
  it('is one error at the object that keeps what it does not name', () => {
    for (const text of ['{"\\ud800": 1}', '{"temperature": 9, "a": 1e400, "a\\udc00": {}}']) {
      expect(validateJson('InferenceParams', text)).toMatchObject({
        detail: [{ type: 'string_unicode', loc: ['body'] }],
      })
      expect(validate('InferenceParams', JSON.parse(text))).toMatchObject({ detail: [{ type: 'string_unicode' }] })
    }
  })

  it('is no error where it is dropped, or free data', () => {
    expect(validateJson('Lora', '{"rank": 1, "\\ud800": 1}').ok).toBe(true)
    expect(validateJson('CreateModelEntityRequest', '{"name": "ab", "custom_fields": {"\\ud800": 1}}')).toMatchObject({
      value: { custom_fields: { '\ufffd\ufffd\ufffd': 1 } },
    })
  })
})

it('a model reference is to the validator what it is to its parser', () => {
  const definition = Type.String({ format: 'model-reference' })
  const pieces = fc.constantFrom('a', 'z9', '-', '--', '/', '@.+_', 'A', 'é', 'a'.repeat(61), '1')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
      const text = parts.join('')
      expect(validate(definition, text).ok, text).toBe(isModelRef(text))
    }),
    runs(2000),
  )
})
