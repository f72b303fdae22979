import { expectTypeOf, it } from 'vitest'
import { type Client, type ClientOptions, createClient } from '../../src/client/index.js'
import type { ErrorDetail, ModelValue } from '../../src/validation/index.js'

declare const client: Client

it('a request needs a name only', () => {
  expectTypeOf(client.createModel).toBeCallableWith('default', { name: 'm' })
  // @ts-expect-error: a name is needed
  void (() => client.createModel('default', {}))
  // @ts-expect-error: a number is no text
  void (() => client.createModel('default', { name: 'm', description: 1 }))
  // @ts-expect-error: no such field
  void (() => client.createModel('default', { name: 'm', fileste: 'a/b' }))
})

it('the status tells what a result has', async () => {
  const result = await client.createModel('default', { name: 'm' })
  switch (result.status) {
    case 201:
      expectTypeOf(result.entity).toEqualTypeOf<ModelValue<'ModelEntity'>>()
      break
    case 422:
      expectTypeOf(result.detail).toEqualTypeOf<ErrorDetail[] | string>()
      break
    case 400:
    case 403:
    case 409:
      expectTypeOf(result.detail).toEqualTypeOf<string>()
      break
    case 'other':
      expectTypeOf(result.httpStatus).toEqualTypeOf<number>()
      break
    case 'network-error':
    case 'timeout':
    case 'aborted':
      expectTypeOf(result.mayExist).toEqualTypeOf<boolean>()
      break
    default:
      expectTypeOf(result).toBeNever()
  }
  if (result.ok) expectTypeOf(result.entity.id).toBeString()
})

it('the fetch of every runtime suits', () => {
  expectTypeOf<typeof fetch>().toExtend<NonNullable<ClientOptions['fetch']>>()
  // @ts-expect-error: the base URL is needed
  void (() => createClient({}))
})
