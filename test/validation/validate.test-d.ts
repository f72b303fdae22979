import * as Sinclair from '@sinclair/typebox'
import * as Type from 'typebox'
import { expectTypeOf, it } from 'vitest'
import type { Lora, ModelEntity } from '../../src/schemas/index.js'
import { is, type ModelInput, type ModelValue, validate, validateJson } from '../../src/validation/index.js'

it('the value has its defaults and nulls filled in', () => {
  const byName = validate('Lora', {})
  if (byName.ok) expectTypeOf(byName.value).toEqualTypeOf<{ alpha: number | null; rank: number }>()
  const request = validateJson('CreateModelEntityRequest', '{}')
  if (request.ok) {
    expectTypeOf(request.value.trust_remote_code).toEqualTypeOf<boolean>()
    expectTypeOf(request.value.model_providers).toEqualTypeOf<string[] | null>()
    expectTypeOf(request.value.spec).extract<object>().toHaveProperty('context_size').toEqualTypeOf<number | null>()
  }
})

it('what may be given is the static type of the definition', () => {
  expectTypeOf<ModelInput<'Lora'>>().toEqualTypeOf<Lora>()
  expectTypeOf<ModelInput<'ModelEntity'>>().toEqualTypeOf<ModelEntity>()
  expectTypeOf<ModelValue<'ModelEntity'>>().toExtend<ModelEntity>()
  expectTypeOf<ModelEntity>().not.toExtend<ModelValue<'ModelEntity'>>()
})

it('a definition of your own has its type too: of either TypeBox, or plain JSON Schema', () => {
  const own = validateJson(Type.Object({ n: Type.Integer() }), '{}')
  if (own.ok) expectTypeOf(own.value).toEqualTypeOf<{ n: number }>()
  const sinclair = validateJson(Sinclair.Object({ n: Sinclair.Optional(Sinclair.Integer()) }), '{}')
  if (sinclair.ok) expectTypeOf(sinclair.value).toEqualTypeOf<{ n?: number }>()
  const plain = validate({ type: 'object', properties: { n: { type: 'integer', default: 1 } } }, 'x')
  if (plain.ok) expectTypeOf(plain.value).toEqualTypeOf<{ n: number }>()
  const untold: object = {}
  const unknown = validate(untold, 'x')
  if (unknown.ok) expectTypeOf(unknown.value).toBeUnknown()
})

it('is narrows', () => {
  const value: unknown = {}
  if (is('ModelEntity', value)) expectTypeOf(value).toEqualTypeOf<ModelEntity>()
})

it('a failed result has a list of errors or a sentence, told apart by its status', () => {
  const result = validate('Lora', {})
  if (!result.ok && result.status === 422) expectTypeOf(result.detail).toBeArray()
  if (!result.ok && result.status === 400)
    expectTypeOf(result.detail).toEqualTypeOf<'There was an error parsing the body'>()
})

it('a name is that of a definition', () => {
  expectTypeOf<'Model'>().not.toExtend<Parameters<typeof validate>[0]>()
  expectTypeOf<'Adapter'>().toExtend<Parameters<typeof validate>[0]>()
})
