/** Fastify 5: every route with a definition as `schema.body` answers as the service does. */

import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifyTypeProvider,
  RequestPayload,
  RouteOptions,
} from 'fastify'
import { checkOptions } from '../options/index.js'
import type { Model, ModelValue } from '../validation/index.js'
import { compiledModel } from './model.js'
import { checkNodeRequest } from './node-body.js'
import { DEFAULT_MAX_BYTES, REQUEST_OPTIONS, type RefusedRequest, type RequestOptions } from './request-options.js'

/** The options of the plugin, and of one route as `config: { modelEntity: … }`. */
export type FastifyRequestOptions = RequestOptions<Model, FastifyRequest>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Options of `model-entity/fastify` for this route, over those of the plugin. `false`: Fastify validates the body itself. */
    readonly modelEntity?: FastifyRequestOptions | false
  }
}

/**
 * The types of `request.body` for routes with a definition as `schema.body`.
 *
 * @example
 * const app = fastify().withTypeProvider<ModelEntityTypeProvider>()
 */
export interface ModelEntityTypeProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends Model ? ModelValue<this['schema']> : unknown
  readonly serializer: this['schema'] extends Model ? ModelValue<this['schema']> : unknown
}

/**
 * A Fastify plugin. The body of every route that is declared after it, in the same scope or below, and has a `schema.body`, is
 * validated as the service does instead of by Ajv: from its bytes, with the service's status, headers and body for whatever
 * is refused. Then `request.body` is the value, with its defaults.
 *
 * Register it with `await`, before the routes. Fastify's content-type parsers, `coerceTypes` and `useDefaults` do not apply to such a
 * body. A `bodyLimit` that is set for the route or the instance does, unless `maxBytes` is given.
 *
 * @throws TypeError where a route is declared, for a `schema.body` that is not supported, or a wrong option
 * @example
 * await app.register(modelEntity, { maxBytes: 1_000_000 })
 * app.post('/models', { schema: { body: CreateModelEntityRequest } }, async (request, reply) => {
 *   return reply.code(201).send(request.body)
 * })
 */
export async function modelEntity(app: FastifyInstance, options: FastifyRequestOptions = {}): Promise<void> {
  checkOptions(options, REQUEST_OPTIONS)
  const { bodyLimit = FASTIFY_LIMIT } = app.initialConfig
  const ofInstance = bodyLimit === FASTIFY_LIMIT ? DEFAULT_MAX_BYTES : bodyLimit
  app.addHook('onRequest', refuseEarlyRoute)
  app.addHook('onRoute', (route) => {
    const ofRoute = route.config?.modelEntity
    const model: unknown = route.schema?.body
    if (model === undefined || ofRoute === false) return
    if (ofRoute !== undefined) checkOptions(ofRoute, REQUEST_OPTIONS)
    const limits = { maxBytes: route.bodyLimit ?? ofInstance }
    takeBody(route, compiledModel(model, `${route.method} ${route.url}`), { ...limits, ...options, ...ofRoute })
  })
}

// What the package `fastify-plugin` does: the hook is for the routes of whoever registers the plugin.
Object.assign(modelEntity, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'model-entity',
  [Symbol.for('plugin-meta')]: { fastify: '5.x', name: 'model-entity' },
})

/** The limit of an instance that sets none. */
const FASTIFY_LIMIT = 2 ** 20

/** Reads and validates the body of a route before Fastify would parse it, and hides its schema from Ajv. */
function takeBody(route: RouteOptions, model: Model, options: FastifyRequestOptions): void {
  const logged = { onRefused: logRefused, ...options }
  const values = new WeakMap<FastifyRequest, unknown>()

  async function readBody(request: FastifyRequest, reply: FastifyReply, payload: RequestPayload): Promise<unknown> {
    const { headers } = request
    const checked = await checkNodeRequest(model, { headers }, payload, logged, request)
    if (!checked.ok) {
      const { status, headers, body } = checked.answer
      // Fastify adds a charset to the type of a text or an object.
      return reply.code(status).headers(headers).send(Buffer.from(body))
    }
    values.set(request, checked.value)
    // Fastify parses no body that these headers do not announce.
    request.headers = { ...headers, 'content-type': undefined, 'content-length': '0', 'transfer-encoding': undefined }
    return payload
  }

  async function setBody(request: FastifyRequest): Promise<void> {
    request.headers = {}
    request.body = values.get(request)
  }

  route.preParsing = [...listed(route.preParsing), readBody]
  route.preValidation = [setBody, ...listed(route.preValidation)]
  const { schema = {} } = route
  const { body: _, ...others } = schema
  route.schema = others
  // Fastify has made the route by then. Plugins that describe routes read the whole schema later.
  queueMicrotask(() => {
    route.schema = schema
  })
}

function logRefused({ status, detail, reason }: RefusedRequest, request: FastifyRequest): void {
  request.log.info({ status, detail, reason }, 'request body refused')
}

function listed<Hook>(hooks: Hook | Hook[] | undefined): Hook[] {
  if (hooks === undefined) return []
  return Array.isArray(hooks) ? hooks : [hooks]
}

/** Fails for a route that was declared before the plugin was there: Ajv would validate its body. */
async function refuseEarlyRoute({ routeOptions }: FastifyRequest): Promise<void> {
  const { schema, config, method, url } = routeOptions
  if (schema?.body === undefined || config.modelEntity === false) return
  throw new Error(
    `${method} ${url} was declared before model-entity was there: register it with \`await\`, before the routes`,
  )
}
