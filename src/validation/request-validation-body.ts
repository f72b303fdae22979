import type { Model, ModelValue } from './plan/model.js'
import type { ValidateJsonOptions } from './result.js'
import { validateJson } from './validate-json.js'
import { type InvalidBody, validationErrorBody } from './validation-error-body.js'

/** The result for a request body: the value if it is valid, otherwise a status and a JSON body to respond with. */
export type RequestValidation<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false
      readonly status: 400 | 422
      /** The response body, to be written as JSON. */
      readonly body: InvalidBody | { readonly detail: string }
    }

/**
 * Validates a request body, and builds the response of the service if it is invalid. Meant for a middleware.
 *
 * @example
 * const checked = requestValidationBody('CreateModelEntityRequest', await request.bytes(), {
 *   contentType: request.headers.get('content-type'),
 * })
 * if (!checked.ok) return Response.json(checked.body, { status: checked.status })
 */
export function requestValidationBody<const M extends Model>(
  model: M,
  body: string | ArrayBufferLike | ArrayBufferView,
  options?: ValidateJsonOptions,
): RequestValidation<ModelValue<M>> {
  const result = validateJson(model, body, options)
  if (result.ok) return result
  const { status } = result
  return { ok: false, status, body: status === 422 ? validationErrorBody(result.detail) : { detail: result.detail } }
}
