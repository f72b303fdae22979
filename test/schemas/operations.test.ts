import { expect, it } from 'vitest'
import { openapi } from '../../src/export/index.js'
import * as defined from '../../src/schemas/operation.js'

const { OPERATIONS, ...rest } = defined

it('every operation that is defined is in the list of operations', () => {
  expect(Object.values(rest).filter((one) => !OPERATIONS.includes(one))).toEqual([])
  expect(new Set(OPERATIONS.map(({ operationId }) => operationId)).size).toBe(OPERATIONS.length)
})

it('the OpenAPI document has every operation, with its parameters and its body', () => {
  const { paths } = openapi()
  for (const { path, method, operationId, parameters, requestBody } of OPERATIONS) {
    expect(paths[path]?.[method]).toMatchObject({ operationId, parameters })
    expect('requestBody' in (paths[path]?.[method] ?? {})).toBe(requestBody !== undefined)
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(named)
  }
})
