import * as Type from 'typebox'
import { describe, expect, it } from 'vitest'
import { jsonSchema, openapi } from '../../src/export/index.js'
import { Lora, SCHEMAS } from '../../src/schemas/index.js'

describe('jsonSchema', () => {
  it('writes a definition with its dialect and an id', () => {
    expect(jsonSchema('SlidingWindowConfig')).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:model-entity:2020-12:SlidingWindowConfig',
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

  it('leaves nulls and constraints out of the rendition as on the page', () => {
    expect(jsonSchema('Adapter', { rendition: 'page' })).toHaveProperty('properties.model.type', 'string')
    expect(JSON.stringify(jsonSchema('Adapter', { rendition: 'page' }))).not.toMatch(/null|maxLength|"pattern"/)
  })

  it('shares nothing with the definitions', () => {
    const schema = jsonSchema('FinetuningType')
    Object(schema['enum']).push('another')
    expect(SCHEMAS.FinetuningType.enum).not.toContain('another')
  })

  it('says which names and options there are', () => {
    const name = 'Model' as 'ModelEntity'
    expect(() => jsonSchema(name)).toThrow(/There is no definition "Model": expected one of MoEConfig, /)
    const dialect = 'draft-04' as '2020-12'
    expect(() => jsonSchema('Lora', { dialect })).toThrow(
      'There is no dialect "draft-04": expected "2020-12" or "draft-07"',
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
    ['3.0', { anyOf: [{ $ref: '#/components/schemas/Lora' }, { type: 'object', nullable: true, enum: [null] }] }],
  ] as const)('says in %s that a referenced definition may be null', (version, expected) => {
    const { Adapter } = openapi({ version }).components.schemas
    expect(Adapter).toHaveProperty('properties.lora_config', {
      ...expected,
      description: 'Lora configuration specifics',
    })
  })

  it.each([
    ['3.1', { type: ['string', 'null'], format: 'date-time' }],
    ['3.0', { type: 'string', nullable: true, format: 'date-time' }],
  ] as const)('says in %s that a text may be null', (version, expected) => {
    expect(openapi({ version }).components.schemas['Adapter']).toHaveProperty('properties.created_at', expected)
  })
})
