import * as Sinclair from '@sinclair/typebox'
import Ajv2020 from 'ajv/dist/2020.js'
import * as Type from 'typebox'
import { describe, expect, it } from 'vitest'
import { jsonSchema, openapi } from '../../src/export/index.js'
import { Lora, SCHEMAS, type SchemaName } from '../../src/schemas/index.js'
import { Lora as Lora1 } from '../../src/schemas/typebox-1/index.js'

describe('jsonSchema', () => {
  it('writes a definition with its dialect and an id', () => {
    expect(jsonSchema('SlidingWindowConfig')).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: expect.stringMatching(/^https:.*model-entity@[0-9.]+.schemas.2020-12.SlidingWindowConfig.json$/),
      title: 'SlidingWindowConfig',
      description: 'Sliding window attention configuration.',
      type: 'object',
      properties: {
        window_size: { type: 'integer', description: 'Sliding window size (attends to last N tokens)' },
      },
      required: ['window_size'],
    })
  })

  it('takes a definition as well as its name', () => {
    expect(jsonSchema(Lora)).toEqual(jsonSchema('Lora'))
  })

  it('refers to ours from a definition of the reader’s own, which gets the id that is asked for', () => {
    const own = Type.Object({ loras: Type.Array(Lora) })
    expect(jsonSchema(own, { dialect: 'draft-07', id: 'urn:mine' })).toEqual({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: 'urn:mine',
      type: 'object',
      properties: { loras: { type: 'array', items: { $ref: '#/definitions/Lora' } } },
      required: ['loras'],
      definitions: { Lora: expect.objectContaining({ title: 'Lora' }) },
    })
    expect(jsonSchema(own)).not.toHaveProperty('$id')
  })

  it('leaves nulls and constraints out of the variant as on the page', () => {
    expect(jsonSchema('Adapter', { variant: 'page' })).toHaveProperty('properties.model.type', 'string')
    expect(JSON.stringify(jsonSchema('Adapter', { variant: 'page' }))).not.toMatch(/null|maxLength|"pattern"/)
  })

  it('shares nothing with the definitions', () => {
    const schema = jsonSchema('FinetuningType')
    Object(schema['enum']).push('another')
    expect(SCHEMAS.FinetuningType.enum).not.toContain('another')
  })

  it('says which names and options there are', () => {
    const name = 'Model' as 'ModelEntity'
    expect(() => jsonSchema(name)).toThrow(/^unknown model "Model"; expected one of MoEConfig, /)
    const dialect = 'draft-04' as '2020-12'
    expect(() => jsonSchema('Lora', { dialect })).toThrow(
      '`dialect` should be "2020-12" or "draft-07", not "draft-04"; did you mean "draft-07"?',
    )
  })
})

describe('openapi', () => {
  it('adds to the page what the service answers besides, and that the body is required', () => {
    const [operation] = Object.values(openapi().paths).map((path) => path['post'])
    expect(Object.keys(Object(operation?.['responses']))).toEqual(['201', '400', '403', '409', '422'])
    expect(operation?.['requestBody']).toHaveProperty('required', true)
  })

  it.each([
    ['3.1', { anyOf: [{ $ref: '#/components/schemas/Lora' }, { type: 'null' }] }],
    ['3.0', { nullable: true, allOf: [{ $ref: '#/components/schemas/Lora' }] }],
  ] as const)('says in %s that a referenced definition may be null', (version, expected) => {
    const { Adapter } = openapi({ version }).components.schemas
    expect(Adapter).toHaveProperty('properties.lora_config', {
      ...expected,
      description: 'Lora configuration specifics',
    })
  })

  it.each([
    ['3.1', { type: ['string', 'null'], maxLength: 127 }],
    ['3.0', { type: 'string', nullable: true, maxLength: 127 }],
  ] as const)('says in %s that a text may be null', (version, expected) => {
    expect(openapi({ version }).components.schemas['Adapter']).toMatchObject({ properties: { model: expected } })
  })

  it.each(['3.1', '3.0'] as const)(
    'says in %s what typed languages need: 64 bits, free data, one type for refusals',
    (version) => {
      const { ModelSpec, Adapter, CreateModelEntityRequest, InferenceParams, HTTPError } = openapi({ version })
        .components.schemas
      expect(ModelSpec).toHaveProperty('properties.base_num_parameters.format', 'int64')
      expect(Adapter).toHaveProperty('properties.finetuning_type', { $ref: '#/components/schemas/FinetuningType' })
      expect(CreateModelEntityRequest).toHaveProperty('properties.ownership.additionalProperties', true)
      expect(InferenceParams).toHaveProperty('additionalProperties', {})
      expect(HTTPError).toHaveProperty('required', ['detail'])
      const [operation] = Object.values(openapi({ version }).paths).map((path) => path['post'])
      expect(operation).toHaveProperty('responses.409.content', {
        'application/json': { schema: { $ref: '#/components/schemas/HTTPError' } },
      })
    },
  )

  it('tells of a rule for requests in words, where a schema is that of requests and answers', () => {
    const { InferenceParams } = openapi().components.schemas
    expect(InferenceParams).not.toHaveProperty('not')
    expect(InferenceParams?.['description']).toMatch(
      /\. A request may set only one of `max_tokens` and `max_completion_tokens`\.$/,
    )
  })
})

describe('a rule for requests, of which two fields one may be set', () => {
  const ajv = new Ajv2020.default({ strict: false })
  const checks = new Map<SchemaName, (value: unknown) => boolean>(
    (['InferenceParams', 'CreateModelEntityRequest'] as const).map((name) => [name, ajv.compile(jsonSchema(name))]),
  )
  const accepts = (name: SchemaName, value: unknown): boolean => checks.get(name)?.(value) === true
  const both = { max_tokens: 1, max_completion_tokens: 1 }

  it('is asserted wherever a request has it', () => {
    expect(accepts('InferenceParams', both)).toBe(false)
    expect(accepts('InferenceParams', { ...both, max_tokens: null })).toBe(true)
    expect(accepts('InferenceParams', { max_completion_tokens: 1 })).toBe(true)
    expect(accepts('CreateModelEntityRequest', { name: 'm', prompt: { inference_params: both } })).toBe(false)
  })

  it('is not asserted of an answer', () => {
    const { $defs } = Object(jsonSchema('ModelEntity'))
    expect($defs.InferenceParams).not.toHaveProperty('not')
    expect($defs.InferenceParams).not.toHaveProperty('atMostOne')
  })

  it('is not shown on the page', () => {
    expect(jsonSchema('InferenceParams', { variant: 'page' })).not.toHaveProperty('not')
  })
})

describe('a format that the service reads by other rules', () => {
  const described = (variant: 'service' | 'page') => {
    const properties = (name: SchemaName) => Object(jsonSchema(name, { variant })['properties'])
    return [properties('APIEndpointData').url, properties('ModelEntity').created_at, properties('Adapter').created_at]
  }

  it('says so once, behind what the field is', () => {
    const [url, created, adapter] = described('service')
    expect(url.description).toMatch(/^Endpoint URL\. The format is RFC 3986\. The service reads WHATWG URLs/)
    expect(created.description).toMatch(/^The timestamp of model entity creation\. The format is RFC 3339/)
    expect(adapter.description.match(/RFC 3339/g)).toHaveLength(1)
  })

  it('stays as the page has it in the rendition of the page', () => {
    expect(JSON.stringify(described('page'))).not.toMatch(/RFC/)
  })
})

it.each([Sinclair.Tuple([Sinclair.String(), Lora]), Type.Tuple([Type.String(), Lora1])])(
  'a tuple is written as its dialect has it, whichever TypeBox made it: %#',
  (pair) => {
    const items = [{ type: 'string' }, { $ref: '#/$defs/Lora' }]
    const { $defs: _, ...newer } = jsonSchema(pair)
    expect(newer).toMatchObject({ type: 'array', prefixItems: items, items: false, minItems: 2 })
    expect(newer).not.toHaveProperty('additionalItems')
    const older = jsonSchema(pair, { dialect: 'draft-07' })
    expect(older).toMatchObject({ items: [{ type: 'string' }, { $ref: '#/definitions/Lora' }], additionalItems: false })
    expect(older).not.toHaveProperty('prefixItems')
  },
)
