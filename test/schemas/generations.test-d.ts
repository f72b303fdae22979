import * as Sinclair from '@sinclair/typebox'
import * as Type from 'typebox'
import { describe, expectTypeOf, test } from 'vitest'
import type * as sinclair from '../../src/schemas/index.js'
import * as sinclairModule from '../../src/schemas/index.js'
import type * as typebox from '../../src/schemas/typebox-1/index.js'
import * as typebox1Module from '../../src/schemas/typebox-1/index.js'
import type { ModelInput, ModelValue } from '../../src/validation/index.js'

const { CreateModelEntityRequest: Request, InferenceParams, ModelEntity } = sinclairModule
const { CreateModelEntityRequest: Request1, ModelEntity: ModelEntity1 } = typebox1Module

describe('the static types of both generations', () => {
  test('are the same', () => {
    expectTypeOf<typebox.Adapter>().toEqualTypeOf<sinclair.Adapter>()
    expectTypeOf<typebox.APIEndpointData>().toEqualTypeOf<sinclair.APIEndpointData>()
    expectTypeOf<typebox.BackendFormat>().toEqualTypeOf<sinclair.BackendFormat>()
    expectTypeOf<typebox.FinetuningType>().toEqualTypeOf<sinclair.FinetuningType>()
    expectTypeOf<typebox.HTTPValidationError>().toEqualTypeOf<sinclair.HTTPValidationError>()
    expectTypeOf<typebox.LinearLayerSpec>().toEqualTypeOf<sinclair.LinearLayerSpec>()
    expectTypeOf<typebox.Lora>().toEqualTypeOf<sinclair.Lora>()
    expectTypeOf<typebox.MambaConfig>().toEqualTypeOf<sinclair.MambaConfig>()
    expectTypeOf<typebox.MoEConfig>().toEqualTypeOf<sinclair.MoEConfig>()
    expectTypeOf<typebox.ModelSpec>().toEqualTypeOf<sinclair.ModelSpec>()
    expectTypeOf<typebox.SlidingWindowConfig>().toEqualTypeOf<sinclair.SlidingWindowConfig>()
    expectTypeOf<typebox.ToolCallConfig>().toEqualTypeOf<sinclair.ToolCallConfig>()
    expectTypeOf<typebox.ValidationError>().toEqualTypeOf<sinclair.ValidationError>()
    expectTypeOf<typebox.ValidationErrorLocItems>().toEqualTypeOf<sinclair.ValidationErrorLocItems>()
  })

  test('are the same where extra fields are allowed, which one of them writes as an intersection', () => {
    expectTypeOf<typebox.InferenceParams>().toExtend<sinclair.InferenceParams>()
    expectTypeOf<sinclair.InferenceParams>().toExtend<typebox.InferenceParams>()
    expectTypeOf<typebox.PromptData>().toExtend<sinclair.PromptData>()
    expectTypeOf<sinclair.PromptData>().toExtend<typebox.PromptData>()
    expectTypeOf<Omit<typebox.CreateModelEntityRequest, 'prompt'>>().toEqualTypeOf<
      Omit<sinclair.CreateModelEntityRequest, 'prompt'>
    >()
    expectTypeOf<Omit<typebox.ModelEntity, 'prompt'>>().toEqualTypeOf<Omit<sinclair.ModelEntity, 'prompt'>>()
  })

  test('of TypeBox itself too', () => {
    expectTypeOf<Sinclair.Static<typeof Request>>().toEqualTypeOf<sinclair.CreateModelEntityRequest>()
    expectTypeOf<Type.Static<typeof typebox1Module.ModelSpec>>().toEqualTypeOf<sinclair.ModelSpec>()
    expectTypeOf<Type.Static<typeof Request1>['name']>().toEqualTypeOf<string>()
  })

  test('tell what is answered alike', () => {
    expectTypeOf<ModelValue<typeof Request>>().toEqualTypeOf<ModelValue<'CreateModelEntityRequest'>>()
    expectTypeOf<ModelValue<typeof Request1>>().toEqualTypeOf<ModelValue<'CreateModelEntityRequest'>>()
    expectTypeOf<ModelValue<typeof ModelEntity1>>().toEqualTypeOf<ModelValue<'ModelEntity'>>()
    expectTypeOf<ModelInput<typeof typebox1Module.Adapter>>().toEqualTypeOf<ModelInput<'Adapter'>>()
    expectTypeOf<ModelValue<'ModelEntity'>['trust_remote_code']>().toEqualTypeOf<boolean>()
  })
})

test('extra fields of InferenceParams are allowed, and the known ones keep their types', () => {
  const params: sinclair.InferenceParams = { temperature: 0.5, top_k: 40 }
  expectTypeOf(params.temperature).toEqualTypeOf<number | null | undefined>()
  expectTypeOf(params['top_k']).toBeUnknown()
  const request: sinclair.CreateModelEntityRequest = { name: 'm', prompt: { inference_params: { top_k: 40 } } }
  const other: typebox.CreateModelEntityRequest = request
  expectTypeOf<ModelValue<'InferenceParams'>['model']>().toEqualTypeOf<string | null>()
  expectTypeOf(other).toExtend<sinclair.CreateModelEntityRequest>()
})

describe('what TypeBox makes of a definition', () => {
  const team = Sinclair.Object({ team: Sinclair.String() })
  const team1 = Type.Object({ team: Type.String() })

  test('0.34: Partial, Pick, Omit, Composite, Intersect, Array, KeyOf', () => {
    const partial = Sinclair.Partial(Request)
    expectTypeOf<Sinclair.Static<typeof partial>['name']>().toEqualTypeOf<string | undefined>()
    const picked = Sinclair.Pick(ModelEntity, ['id', 'trust_remote_code'])
    expectTypeOf<Sinclair.Static<typeof picked>>().toEqualTypeOf<{ id: string; trust_remote_code?: boolean }>()
    expectTypeOf<ModelValue<typeof picked>>().toEqualTypeOf<{ id: string; trust_remote_code: boolean }>()
    const omitted = Sinclair.Omit(Request, ['name'])
    expectTypeOf<Sinclair.Static<typeof omitted>>().toEqualTypeOf<Omit<sinclair.CreateModelEntityRequest, 'name'>>()
    const composite = Sinclair.Composite([Request, team])
    expectTypeOf<Sinclair.Static<typeof composite>['team']>().toEqualTypeOf<string>()
    expectTypeOf<ModelValue<typeof composite>['model_providers']>().toEqualTypeOf<string[] | null>()
    const both = Sinclair.Intersect([Request, team])
    expectTypeOf<ModelValue<typeof both>['trust_remote_code']>().toEqualTypeOf<boolean>()
    expectTypeOf<ModelInput<typeof both>>().toEqualTypeOf<sinclair.CreateModelEntityRequest & { team: string }>()
    const list = Sinclair.Array(Request)
    expectTypeOf<Sinclair.Static<typeof list>>().toEqualTypeOf<sinclair.CreateModelEntityRequest[]>()
    const keys = Sinclair.KeyOf(InferenceParams)
    expectTypeOf<Sinclair.Static<typeof keys>>().toEqualTypeOf<
      'model' | 'temperature' | 'max_tokens' | 'max_completion_tokens' | 'top_p' | 'stop'
    >()
  })

  test('1: Partial, Pick, Omit, Evaluate, Intersect, Array, KeyOf', () => {
    const partial = Type.Partial(Request1)
    expectTypeOf<Type.Static<typeof partial>['name']>().toEqualTypeOf<string | undefined>()
    const picked = Type.Pick(ModelEntity1, ['id', 'trust_remote_code'])
    expectTypeOf<Type.Static<typeof picked>>().toEqualTypeOf<{ id: string; trust_remote_code?: boolean }>()
    expectTypeOf<ModelValue<typeof picked>>().toEqualTypeOf<{ id: string; trust_remote_code: boolean }>()
    const omitted = Type.Omit(typebox1Module.ModelSpec, ['family'])
    expectTypeOf<Type.Static<typeof omitted>>().toEqualTypeOf<Omit<sinclair.ModelSpec, 'family'>>()
    const composite = Type.Evaluate(Type.Intersect([Request1, team1]))
    expectTypeOf<Type.Static<typeof composite>['team']>().toEqualTypeOf<string>()
    expectTypeOf<ModelValue<typeof composite>['model_providers']>().toEqualTypeOf<string[] | null>()
    const both = Type.Intersect([Request1, team1])
    expectTypeOf<ModelValue<typeof both>['trust_remote_code']>().toEqualTypeOf<boolean>()
    const list = Type.Array(typebox1Module.ModelSpec)
    expectTypeOf<Type.Static<typeof list>>().toEqualTypeOf<sinclair.ModelSpec[]>()
    const keys = Type.KeyOf(typebox1Module.InferenceParams)
    expectTypeOf<Type.Static<typeof keys>>().toEqualTypeOf<
      'model' | 'temperature' | 'max_tokens' | 'max_completion_tokens' | 'top_p' | 'stop'
    >()
  })
})
