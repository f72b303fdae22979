import { sValidator } from '@hono/standard-validator'
import { call, os } from '@orpc/server'
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import { FormApi } from '@tanstack/form-core'
import { initTRPC, TRPCError } from '@trpc/server'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Hono } from 'hono'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { redact, standardSchema } from '../../src/adapters/index.js'
import { SCHEMA_NAMES } from '../../src/schemas/index.js'
import { fieldErrors, type ModelInput, type ModelValue, validate, validateJson } from '../../src/validation/index.js'
import { readRecords } from '../oracle/records.js'

const LORA = standardSchema('Lora')

describe('standardSchema', () => {
  it('is a Standard Schema with its JSON Schema companion, of the types of the model', () => {
    expectTypeOf(LORA).toExtend<StandardSchemaV1<ModelInput<'Lora'>, ModelValue<'Lora'>>>()
    expectTypeOf(LORA).toExtend<StandardJSONSchemaV1<ModelInput<'Lora'>, ModelValue<'Lora'>>>()
    expectTypeOf<StandardSchemaV1.InferInput<typeof LORA>>().toEqualTypeOf<ModelInput<'Lora'>>()
    expectTypeOf<StandardSchemaV1.InferOutput<typeof LORA>>().toEqualTypeOf<ModelValue<'Lora'>>()
    expect(LORA['~standard']).toMatchObject({ version: 1, vendor: 'model-entity' })
  })

  it('answers what validate answers, with paths that begin at the value', () => {
    const records = readRecords('vectors').filter(({ body, content_type }) => body !== undefined && !content_type)
    expect(records.length).toBeGreaterThan(5000)
    for (const { body = '', model } of records.filter((_, index) => index % 10 === 0)) {
      const value = parsed(body)
      const name = SCHEMA_NAMES.find((each) => each === model)
      if (value === undefined || name === undefined) continue
      const expected = validate(name, value, { loc: [] })
      const result = standardSchema(name)['~standard'].validate(value)
      if (expected.ok) expect(result).toEqual({ value: expected.value })
      else if (expected.status === 422) {
        expect(result.issues).toEqual(expected.detail.map(({ msg, loc }) => ({ message: msg, path: loc })))
      }
    }
  })

  it('reports a value that is too deep without a path', () => {
    const schema = standardSchema('CreateModelEntityRequest', { maxDepth: 2 })
    const { issues } = schema['~standard'].validate({ name: 'm', spec: { moe_config: {} } })
    expect(issues).toEqual([{ message: 'There was an error parsing the body' }])
  })
})

describe('its JSON Schema', () => {
  it.each(['draft-2020-12', 'draft-07'])('describes what is given and what comes out: %s', (target) => {
    const { input, output } = standardSchema('Lora')['~standard'].jsonSchema
    expect(input({ target })).toMatchObject({ title: 'Lora', required: ['rank'] })
    expect(output({ target })).toMatchObject({ title: 'Lora', required: expect.arrayContaining(['rank', 'alpha']) })
    expect(JSON.stringify(input({ target }))).toContain(target.slice(6))
  })

  it('refuses a target that it does not know', () => {
    const { input } = LORA['~standard'].jsonSchema
    expect(() => input({ target: 'draft-7' })).toThrow(/"draft-2020-12" or "draft-07", not "draft-7"; did you mean/)
  })

  it('of what comes out accepts every value that validation answers, and refuses one without a default', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    for (const name of ['CreateModelEntityRequest', 'ModelEntity', 'Adapter', 'PromptData'] as const) {
      const accepts = ajv.compile(standardSchema(name)['~standard'].jsonSchema.output({ target: 'draft-2020-12' }))
      const values = readRecords('vectors').flatMap(({ model, body, content_type }) => {
        if (model !== name || body === undefined || content_type !== undefined) return []
        const result = validateJson(name, body)
        return result.ok ? [JSON.parse(JSON.stringify(result.value))] : []
      })
      expect(values.length).toBeGreaterThan(50)
      // `\w` of a pattern is ASCII to Ajv.
      const ascii = values.filter((value) => !/[^ -~]/.test(JSON.stringify(value)))
      for (const value of ascii) expect([value, accepts(value), accepts.errors]).toEqual([value, true, null])
    }
    const accepts = ajv.compile(LORA['~standard'].jsonSchema.output({ target: 'draft-2020-12' }))
    expect([accepts({ rank: 8, alpha: null }), accepts({ rank: 8 })]).toEqual([true, false])
  })
})

describe('in the libraries that take one', () => {
  it("Hono's validator: the value and its type, and the issues", async () => {
    const app = new Hono().post('/', sValidator('json', LORA), (c) => {
      expectTypeOf(c.req.valid('json').alpha).toEqualTypeOf<number | null>()
      return c.json(c.req.valid('json'))
    })
    const post = async (value: unknown) => {
      const answer = await app.request('/', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(value),
      })
      return [answer.status, await answer.json()]
    }
    expect(await post({ rank: '8' })).toEqual([200, { rank: 8, alpha: null }])
    expect(await post({})).toMatchObject([400, { error: [{ message: 'Field required', path: ['rank'] }] }])
  })

  it('tRPC: input and output', async () => {
    const t = initTRPC.create()
    const router = t.router({
      create: t.procedure.input(LORA).query(({ input }) => {
        expectTypeOf(input.alpha).toEqualTypeOf<number | null>()
        return input
      }),
    })
    const caller = t.createCallerFactory(router)({})
    expect(await caller.create({ rank: 8 })).toEqual({ rank: 8, alpha: null })
    await expect(caller.create({ rank: 1.5 })).rejects.toThrow(TRPCError)
    await expect(caller.create({ rank: 1.5 })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })

  it('oRPC: input', async () => {
    const create = os.input(LORA).handler(({ input }) => {
      expectTypeOf(input.alpha).toEqualTypeOf<number | null>()
      return input
    })
    expect(await call(create, { rank: 8 })).toEqual({ rank: 8, alpha: null })
    await expect(call(create, { rank: 1.5 })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      data: { issues: [{ path: ['rank'] }] },
    })
  })

  it('TanStack Form: errors at their fields', () => {
    const form = new FormApi({
      defaultValues: { name: 'two words', spec: null } as ModelInput<'CreateModelEntityRequest'>,
      validators: { onChange: standardSchema('CreateModelEntityRequest') },
    })
    form.mount()
    form.validateSync('change')
    expect(Object.keys(form.state.errors[0] ?? {})).toEqual(['name'])
  })
})

describe('fieldErrors', () => {
  it('groups the messages by path', () => {
    const result = validate('CreateModelEntityRequest', {
      name: 'n'.repeat(300).concat(' '),
      api_endpoint: { url: 1 },
      model_providers: [1],
    })
    if (result.ok) throw new Error('valid')
    expect(fieldErrors(result.detail)).toEqual({
      name: ['String should have at most 255 characters'],
      'api_endpoint.url': ['URL input should be a string or URL'],
      'model_providers.0': ['Input should be a valid string'],
    })
  })

  it('has the key "" for the body, for a syntax error, and for a sentence', () => {
    for (const body of ['', '[]', '{"rank":']) {
      const result = validateJson('Lora', body)
      expect(result.ok || Object.keys(fieldErrors(result.detail))).toEqual([''])
    }
    expect(fieldErrors('There was an error parsing the body')).toEqual({ '': ['There was an error parsing the body'] })
  })

  it('keeps names with dots apart, and is not fooled by __proto__', () => {
    const huge = 2n ** 64n
    const custom_fields = { 'a.b': huge, a: { b: huge }, ['__proto__']: huge }
    const result = validate('CreateModelEntityRequest', { name: 'm', custom_fields })
    if (result.ok) throw new Error('valid')
    expect(Object.keys(fieldErrors(result.detail)).sort()).toEqual([
      'custom_fields.__proto__',
      'custom_fields.a.b',
      'custom_fields.a\\.b',
    ])
  })
})

describe('redact', () => {
  it('masks secrets in data and in errors, and leaves the rest', () => {
    expect(redact({ name: 'm', api_endpoint: { api_key: 'nvapi-1234', url: 'https://u:pw@h/' } })).toEqual({
      name: 'm',
      api_endpoint: { api_key: '***', url: 'https://***@h/' },
    })
    const result = validate('APIEndpointData', { api_key: ['nvapi-1234'] })
    expect(JSON.stringify(redact(result))).not.toContain('nvapi')
  })
})

it('redact masks what a definition marks as secret, in data and in errors', () => {
  const model = {
    type: 'object',
    required: ['pin', 'inner'],
    properties: {
      pin: { type: 'integer', writeOnly: true },
      inner: { type: 'object', properties: { phrase: { type: 'string', writeOnly: true } } },
    },
  } as const
  expect(redact({ pin: 1234, inner: { phrase: 'a', other: 'b' } }, model)).toEqual({
    pin: '***',
    inner: { phrase: '***', other: 'b' },
  })
  const result = validate(model, { pin: 'hidden', inner: { phrase: ['hidden'] } })
  expect(JSON.stringify(result)).toContain('hidden')
  expect(JSON.stringify(redact(result, model))).not.toContain('hidden')
})

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
