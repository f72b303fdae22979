import type { FastifyRequest } from 'fastify'
import { type ErrorDetail, validate } from 'model-entity'

/** The parameters of the query, in their order. Read as FastAPI reads them: `+` is a blank, and of several equal names the last counts. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.originalUrl
  const at = url.indexOf('?')
  return new URLSearchParams(at === -1 ? '' : url.slice(at + 1))
}

/** A definition of parameters: JSON Schema of an object with flat fields. */
export interface QueryDefinition {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, object>>
}

/** `verbose`, which several routes have. */
export const VERBOSE = {
  type: 'object',
  properties: {
    verbose: { type: 'boolean', default: false, description: 'Whether the spec includes its linear layers' },
  },
} as const satisfies QueryDefinition

/** The checked parameters, or what is wrong with them. */
export type CheckedQuery<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly detail: readonly ErrorDetail[] }

/** Checks the parameters with the library, which reads texts as numbers and booleans in the way of the platform. */
export function checkQuery<Value>(definition: QueryDefinition, parameters: URLSearchParams): CheckedQuery<Value> {
  const given = Object.fromEntries([...parameters].filter(([name]) => Object.hasOwn(definition.properties, name)))
  const checked = validate(definition as never, given, { loc: ['query'] })
  if (checked.ok) return { ok: true, value: checked.value as Value }
  return { ok: false, detail: checked.status === 422 ? checked.detail : [] }
}
