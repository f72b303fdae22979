/** Elysia 1.4: a hook that validates the body as the service does. */

import { checkOptions } from '../options/index.js'
import type { Model, ModelInput, ModelValue } from '../validation/index.js'
import { compiledModel } from './model.js'
import { REQUEST_OPTIONS, type RequestOptions } from './request-options.js'
import type { StandardSchema } from './standard-types.js'
import { checkWebRequest } from './validate-request.js'
import { webResponse } from './web-response.js'

/** What the hook needs of Elysia's context. */
interface ElysiaContext {
  readonly request: Request
  body: unknown
}

/** The part of a route's hook that reads and validates the body. */
export interface ValidBodyHook<M extends Model> {
  /** Elysia parses nothing: the bytes and the content type are needed. */
  readonly parse: 'none'
  /** Types `body`. It accepts everything: the body is validated by then. */
  readonly body: StandardSchema<ModelInput<M>, ModelValue<M>>
  readonly transform: (context: ElysiaContext) => Promise<void>
  readonly beforeHandle: (context: Pick<ElysiaContext, 'request'>) => Response | undefined
}

/**
 * The hook of one route. A valid body becomes `body`, with its defaults; any other is answered with the service's status, headers and
 * body. Elysia itself parses and validates nothing of it, and writes nothing into the definition.
 *
 * @throws TypeError for an unknown model name, an unsupported definition, or an unknown or wrong option
 * @throws RangeError for a number option out of range
 * @example
 * app.post('/models', ({ body }) => ({ ...body, id: 'model-1' }), validBody('CreateModelEntityRequest'))
 */
export function validBody<M extends Model>(model: M, options: RequestOptions<M, Request> = {}): ValidBodyHook<M> {
  checkOptions(options, REQUEST_OPTIONS)
  compiledModel(model, 'validBody')
  const refused = new WeakMap<Request, Response>()
  return {
    parse: 'none',
    body: {
      // Only `transform` sets the body: what comes here is its value, or a request that is answered before the handler.
      '~standard': { version: 1, vendor: 'model-entity', validate: (value) => ({ value: value as ModelValue<M> }) },
    },
    transform: async (context) => {
      const checked = await checkWebRequest(model, context.request, options, context.request)
      if (checked.ok) context.body = checked.value
      else refused.set(context.request, webResponse(checked.answer))
    },
    beforeHandle: ({ request }) => refused.get(request),
  }
}
