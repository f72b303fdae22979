import type { Model, ModelValue } from './plan/plan-of.js'
import type { ValidateJsonOptions } from './result.js'
import { validateJson } from './validate-json.js'
import { type InvalidBody, validationErrorBody } from './validation-error-body.js'

/** What a server answers to a request's body: nothing but the value when it passed, else a status and a JSON body. */
export type RequestValidation<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false
      readonly status: 400 | 422
      /** The answer's body, to be written as JSON. */
      readonly body: InvalidBody | { readonly detail: string }
    }

/**
 * Validates a request's body and makes the service's answer to a failed one: what a middleware needs.
 *
 * @example
 * const checked = requestValidationBody('CreateModelEntityRequest', await request.bytes(), {
 *   contentType: request.headers.get('content-type'),
 * })
 * if (!checked.ok) return Response.json(checked.body, { status: checked.status })
 */
export function requestValidationBody<M extends Model>(
  model: M,
  body: string | ArrayBufferLike | ArrayBufferView,
  options?: ValidateJsonOptions,
): RequestValidation<ModelValue<M>> {
  const result = validateJson(model, body, options)
  if (result.ok) return result
  const { status } = result
  return { ok: false, status, body: status === 422 ? validationErrorBody(result.detail) : { detail: result.detail } }
}
