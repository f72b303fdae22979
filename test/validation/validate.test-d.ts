import * as Type from 'typebox'
import { expectTypeOf, it } from 'vitest'
import type { Lora, ModelEntity } from '../../src/schemas/index.js'
import { is, validate, validateJson } from '../../src/validation/index.js'

it('the value has the static type of the model', () => {
  const byName = validate('Lora', {})
  if (byName.ok) expectTypeOf(byName.value).toEqualTypeOf<Lora>()
  const own = validateJson(Type.Object({ n: Type.Integer() }), '{}')
  if (own.ok) expectTypeOf(own.value).toEqualTypeOf<{ n: number }>()
  const plain = validate({ type: 'string' }, 'x')
  if (plain.ok) expectTypeOf(plain.value).toBeUnknown()
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
