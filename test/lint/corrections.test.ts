import { describe, expect, it } from 'vitest'
import { lint } from '../../src/lint/index.js'
import { coercionsBesideErrors } from '../../src/lint/rules/coerced-value.js'
import type { SchemaName } from '../../src/schemas/index.js'
import { validate } from '../../src/validation/index.js'
import { adapters, entity, inference, request, spec } from './clean.js'

/** The corrections of all findings of a value, each with its place. */
function corrections(value: Record<string, unknown>): unknown[] {
  const model = 'id' in value ? 'ModelEntity' : 'CreateModelEntityRequest'
  return lint(model, value).map(({ loc, correction }) => [loc.join('.'), correction])
}

describe('a finding says how to write a value where one meaning is left', () => {
  it.each([
    ['a reference with blanks around it', request({ base_model: ' llama ' }), [['base_model', { value: 'llama' }]]],
    ['not a reference that is none without them', request({ base_model: ' Llama ' }), [['base_model', undefined]]],
    ['not a reference without blanks', request({ base_model: 'Llama' }), [['base_model', undefined]]],
    ['a fileset with blanks', request({ fileset: '\tw/f' }), [['fileset', { value: 'w/f' }]]],
    ['not a fileset with its scheme', request({ fileset: 'fileset://w/f' }), [['fileset', undefined]]],
    [
      'a provider with blanks',
      request({ model_providers: ['a/b', 'c/d '] }),
      [['model_providers.1', { value: 'c/d' }]],
    ],
    ['a number as text', spec({ num_layers: '32' }), [['spec.num_layers', { value: 32 }]]],
    ['a word for a boolean', request({ trust_remote_code: 'no' }), [['trust_remote_code', { value: false }]]],
    ['text for a number', inference({ top_p: '0.5' }), [['prompt.inference_params.top_p', { value: 0.5 }]]],
    ['a misspelt field', request({ descripton: 'x' }), [['descripton', { key: 'description' }]]],
    ['not what has no near name', request({ xyz: 1 }), [['xyz', undefined]]],
  ])('%s', (_, value, expected) => {
    expect(corrections(value)).toStrictEqual(expected)
  })
})

describe('coerced values beside errors', () => {
  const found = (model: SchemaName, written: unknown) =>
    coercionsBesideErrors({ model, written, spelling: () => undefined }).map(({ loc, correction }) => [
      loc.join('.'),
      correction,
    ])

  it('are those that the service takes, each by itself', () => {
    const written = spec({ num_layers: '32', hidden_size: 'x', tied_embeddings: 0, vocab_size: 8.5, family: 7 })
    expect(validate('CreateModelEntityRequest', written).ok).toBe(false)
    expect(found('CreateModelEntityRequest', written)).toStrictEqual([
      ['spec.num_layers', { value: 32 }],
      ['spec.tied_embeddings', { value: false }],
    ])
  })

  it('may be in optional fields, lists and entities', () => {
    expect(found('ModelEntity', { ...adapters({ enabled: 'yes' }), name: 5, created_at: 1705311000 })).toStrictEqual([
      ['created_at', { value: '2024-01-15T09:30:00Z' }],
      ['adapters.0.enabled', { value: true }],
    ])
    expect(found('ModelEntity', entity({ trust_remote_code: null, id: 5 }))).toStrictEqual([])
  })

  it('may be integers that are written with a fraction', () => {
    const spelling = (loc: readonly (string | number)[]) => (loc.at(-1) === 'num_layers' ? '32.0' : undefined)
    const written = spec({ num_layers: 32, hidden_size: 'x' })
    expect(
      coercionsBesideErrors({ model: 'CreateModelEntityRequest', written, spelling }).map(({ message }) => message),
    ).toStrictEqual(['expected an integer, found 32.0; the service reads it as 32'])
  })
})
