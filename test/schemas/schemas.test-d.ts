import { describe, expectTypeOf, test } from 'vitest'
import type {
  Adapter,
  BackendFormat,
  CreateModelEntityRequest,
  FinetuningType,
  HTTPValidationError,
  InferenceParams,
  Lora,
  ModelEntity,
  ModelSpec,
  SCHEMAS,
  SchemaName,
  ValidationErrorLocItems,
} from '../../src/schemas/index.js'

describe('the static types', () => {
  test('a required field is there, an optional one may be absent or null', () => {
    expectTypeOf<CreateModelEntityRequest['name']>().toEqualTypeOf<string>()
    expectTypeOf<CreateModelEntityRequest['project']>().toEqualTypeOf<string | null | undefined>()
    expectTypeOf<{ name: string }>().toExtend<CreateModelEntityRequest>()
    expectTypeOf<{ project: string }>().not.toExtend<CreateModelEntityRequest>()
  })

  test('a field with a default may be absent and is never null', () => {
    expectTypeOf<ModelSpec['is_embedding_model']>().toEqualTypeOf<boolean | undefined>()
    expectTypeOf<Adapter['enabled']>().toEqualTypeOf<boolean | undefined>()
  })

  test('an enumeration is the union of its members', () => {
    expectTypeOf<BackendFormat>().toEqualTypeOf<'OPENAI_CHAT' | 'ANTHROPIC_MESSAGES'>()
    expectTypeOf<'qlora'>().toExtend<FinetuningType>()
    expectTypeOf<string>().not.toExtend<FinetuningType>()
  })

  test('a definition inside another is its own type', () => {
    expectTypeOf<ModelEntity['spec']>().toEqualTypeOf<ModelSpec | null | undefined>()
    expectTypeOf<Adapter['finetuning_type']>().toEqualTypeOf<FinetuningType>()
    expectTypeOf<Adapter['lora_config']>().toEqualTypeOf<Lora | null | undefined>()
    expectTypeOf<ModelEntity['adapters']>().toEqualTypeOf<Adapter[] | null | undefined>()
  })

  test('free data is unknown', () => {
    expectTypeOf<ModelEntity['custom_fields']>().toEqualTypeOf<Record<string, unknown> | undefined>()
    expectTypeOf<InferenceParams['stop']>().toEqualTypeOf<string[] | null | undefined>()
  })

  test('an error’s place is made of names and indices', () => {
    expectTypeOf<ValidationErrorLocItems>().toEqualTypeOf<string | number>()
    expectTypeOf<NonNullable<HTTPValidationError['detail']>[number]['loc']>().toEqualTypeOf<(string | number)[]>()
  })

  test('a name of a definition is a key of the registry', () => {
    expectTypeOf<SchemaName>().toEqualTypeOf<keyof typeof SCHEMAS>()
    expectTypeOf<'ModelEntity'>().toExtend<SchemaName>()
  })
})
