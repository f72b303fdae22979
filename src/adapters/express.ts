/** Express 5: a middleware that validates the body as the service does. Works with every server whose requests are Node's. */

import type { NextFunction, Request, Response } from 'express'
import { checkOptions } from '../options/index.js'
import type { Model, ModelValue } from '../validation/index.js'
import { compiledModel } from './model.js'
import { checkNodeRequest } from './node-body.js'
import { REQUEST_OPTIONS, type RequestOptions } from './request-options.js'

/** The middleware of a route: the handlers after it know the type of the body. */
export type ValidBodyHandler<M extends Model> = (
  req: Request<PathParameters, unknown, ModelValue<M>>,
  res: Response,
  next: NextFunction,
) => Promise<void>

/** The parameters of a path. One that is a wildcard is a list in Express 5. */
type PathParameters = Record<string, string>

/**
 * A middleware for one route. A valid body becomes `req.body`, with its defaults; any other is answered with the service's status, headers
 * and body.
 *
 * It reads the request itself: a parser such as `express.json()` must not run before it. Where one does for the whole app, the
 * middleware fails and says so, unless the parser kept the bytes: in `req.body` (`express.raw()`) or in `req.rawBody` (NestJS).
 *
 * @throws TypeError for an unknown model name, an unsupported definition, or an unknown or wrong option
 * @throws RangeError for a number option out of range
 * @example
 * app.post('/models', validBody('CreateModelEntityRequest'), (req, res) => {
 *   res.status(201).json({ ...req.body, id: 'model-1' })
 * })
 */
export function validBody<M extends Model>(
  model: M,
  options: RequestOptions<M, Request<PathParameters>> = {},
): ValidBodyHandler<M> {
  checkOptions(options, REQUEST_OPTIONS)
  compiledModel(model, 'validBody')
  return async (req, res, next) => {
    const checked = await checkNodeRequest<M, Request<PathParameters>>(model, req, req, options, req)
    if (checked.ok) {
      req.body = checked.value
      next()
    } else {
      const { status, headers, body } = checked.answer
      res.writeHead(status, headers).end(body)
    }
  }
}
