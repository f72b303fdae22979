import type createClient from 'openapi-fetch'
import { expectTypeOf, it } from 'vitest'
import type { components, operations, paths, Schemas } from '../../src/openapi-types/index.js'
import type { CREATE_MODEL, SchemaName } from '../../src/schemas/index.js'
import type { ModelInput, ModelValue } from '../../src/validation/index.js'

declare const client: ReturnType<typeof createClient<paths>>
const params = { path: { workspace: 'default' } }
const path = '/apis/models/v2/workspaces/{workspace}/models'

it('the types equal the static types of the definitions', () => {
  expectTypeOf<Omit<Schemas['CreateModelEntityRequest'], 'prompt'>>().toEqualTypeOf<
    Omit<ModelInput<'CreateModelEntityRequest'>, 'prompt'>
  >()
  expectTypeOf<Omit<Schemas['ModelEntity'], 'prompt'>>().toEqualTypeOf<Omit<ModelValue<'ModelEntity'>, 'prompt'>>()
  expectTypeOf<Schemas['ModelSpec']>().toEqualTypeOf<ModelValue<'ModelSpec'>>()
  expectTypeOf<Schemas['ModelSpecInput']>().toEqualTypeOf<ModelInput<'ModelSpec'>>()
  expectTypeOf<Schemas['Adapter']>().toEqualTypeOf<ModelValue<'Adapter'>>()
  expectTypeOf<Schemas['ValidationError']>().toEqualTypeOf<ModelInput<'ValidationError'>>()
  expectTypeOf<SchemaName>().toExtend<keyof components['schemas']>()
  expectTypeOf<keyof paths>().toEqualTypeOf<(typeof CREATE_MODEL)['path']>()
  expectTypeOf<keyof operations>().toEqualTypeOf<(typeof CREATE_MODEL)['operationId']>()
})

it('openapi-fetch takes a request with a name only', async () => {
  const { data, error, response } = await client.POST(path, { params, body: { name: 'm' } })
  expectTypeOf(response.status).toBeNumber()
  if (data !== undefined) {
    expectTypeOf(data.id).toBeString()
    expectTypeOf(data.trust_remote_code).toBeBoolean()
    expectTypeOf(data.spec?.num_layers).toEqualTypeOf<number | undefined>()
  }
  if (error !== undefined && typeof error.detail !== 'string') {
    expectTypeOf(error.detail?.[0]?.loc).toEqualTypeOf<(string | number)[] | undefined>()
  }
})

it('openapi-fetch refuses a wrong request', () => {
  // @ts-expect-error: a name is needed
  void (() => client.POST(path, { params, body: {} }))
  // @ts-expect-error: a number is no text
  void (() => client.POST(path, { params, body: { name: 1 } }))
  // @ts-expect-error: an unknown value
  void (() => client.POST(path, { params, body: { name: 'm', finetuning_type: 'loar' } }))
  // @ts-expect-error: a workspace is needed
  void (() => client.POST(path, { body: { name: 'm' } }))
  // @ts-expect-error: no such method
  void (() => client.GET(path, { params }))
  // @ts-expect-error: no such path
  void (() => client.POST('/models', { params, body: { name: 'm' } }))
})
