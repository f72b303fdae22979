import type { Json } from './json.js'

/** A reference to a component. */
export function ref(name: string): Json {
  return { $ref: `#/components/schemas/${name}` }
}

function response(description: string, schema: Json): Json {
  return { description, content: { 'application/json': { schema } } }
}

export const SUCCESS = (name: string): Json => response('Success', ref(name))

export const CREATED = (name: string): Json => response('Created', ref(name))

export const DELETED: Json = { description: 'Deleted' }

export const HEALTHY: Json = response('Yes', ref('Health'))

export const NOT_READY: Json = response('The database cannot be reached, or the process is closing', ref('Health'))

const WHY = {
  400: 'The body, the fileset or the filter cannot be used',
  403: 'Tool-call plugins are not allowed',
  404: 'Not found',
  409: 'The name is taken',
  413: 'The body is too large',
  415: 'The body is not JSON, or encoded',
} as const

/** The responses to requests that are refused. */
export function REFUSALS(...statuses: readonly (`${keyof typeof WHY}` | '422')[]): Json {
  const entries = statuses.map((status) => {
    if (status !== '422') return [status, response(WHY[status], ref('HTTPError'))]
    return [status, response('Validation error', { anyOf: [ref('HTTPValidationError'), ref('HTTPError')] })]
  })
  return Object.fromEntries(entries)
}
