/** Hono 4: a middleware that validates the body as the service does, on every runtime that Hono runs on. */

import type { Context, MiddlewareHandler } from 'hono'
import { checkOptions } from '../options/index.js'
import type { Model, ModelInput, ModelValue } from '../validation/index.js'
import { compiledModel } from './model.js'
import { REQUEST_OPTIONS, type RequestOptions } from './request-options.js'
import { checkWebRequest } from './validate-request.js'
import { webResponse } from './web-response.js'

/** What a route with the middleware takes and what its handler gets, also for Hono's client. */
export interface ValidBody<M extends Model> {
  readonly in: { readonly json: ModelInput<M> }
  readonly out: { readonly json: ModelValue<M> }
}

/**
 * A middleware for one route. The value of a valid body, with its defaults, is `c.req.valid('json')`; any other body is answered with
 * the service's status, headers and body. Nothing may read the body before.
 *
 * @throws TypeError for an unknown model name, an unsupported definition, or an unknown or wrong option
 * @throws RangeError for a number option out of range
 * @example
 * app.post('/models', validBody('CreateModelEntityRequest'), (c) => c.json({ ...c.req.valid('json'), id: 'model-1' }, 201))
 */
export function validBody<M extends Model>(
  model: M,
  options: RequestOptions<M, Context> = {},
): MiddlewareHandler<object, string, ValidBody<M>> {
  checkOptions(options, REQUEST_OPTIONS)
  compiledModel(model, 'validBody')
  return async (c, next) => {
    const checked = await checkWebRequest(model, c.req.raw, options, c)
    if (!checked.ok) return webResponse(checked.answer)
    c.req.addValidatedData('json', Object(checked.value))
    await next()
    return undefined
  }
}
