import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { type FastifyRequestOptions, modelEntity } from 'model-entity/fastify'
import type { Config } from './config.js'
import { filesetsIn } from './filesets/filesets.js'
import { endConnectionsOnClose } from './http/closing.js'
import { HttpError } from './http/http-error.js'
import { routedUrl } from './http/request-path.js'
import { unroutable } from './http/unroutable.js'
import { adapterRoutes } from './routes/adapters.js'
import { healthRoutes } from './routes/health.js'
import { modelRoutes } from './routes/models.js'
import { openapiRoute } from './routes/openapi.js'
import type { Database } from './storage/database.js'

/** A request that has not arrived after this time is refused, so that slow clients hold no connections. */
const REQUEST_TIMEOUT_MS = 30_000

/** Longer than any workspace or name that is stored: what is longer is not found, as on the platform. */
const LONGEST_PATH_SEGMENT = 16 * 1024

/** The registry as a Fastify server that does not listen yet. Closing it also closes the database. */
export async function registryServer(config: Config, database: Database): Promise<FastifyInstance> {
  const app = Fastify({
    logger: { level: config.logLevel },
    // `logRequest` does it: a line without the query, which may hold anything.
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: REQUEST_TIMEOUT_MS,
    bodyLimit: config.maxBodyBytes,
    exposeHeadRoutes: false,
    rewriteUrl: ({ url }) => routedUrl(url ?? '/'),
    routerOptions: { maxParamLength: LONGEST_PATH_SEGMENT },
  })
  // The adapter reads the bodies of the routes that have one. No other body means anything.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_, body, done) => {
    body.resume()
    done(null)
  })
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(unroutable)
  app.addHook('onRequest', refuseEmptySegment)
  app.addHook('onSend', withoutCharset)
  app.addHook('onResponse', logRequest)
  app.addHook('onClose', () => database.close())
  endConnectionsOnClose(app)
  const registry = { config, database, filesets: filesetsIn(config.filesetsFolder), log: app.log }
  await app.register(modelEntity, { maxBytes: config.maxBodyBytes, requireJson: true, onRefused: logRefused })
  modelRoutes(app, registry)
  adapterRoutes(app, registry)
  healthRoutes(app, registry)
  openapiRoute(app, registry)
  return app
}

/** Refusals have their answer; anything else is a mistake of ours, and its words go to the log only. */
function answerError(error: FastifyError | HttpError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Fastify asks for the content type of a QUERY before it looks for the route. No path has that method.
  if ('code' in error && error.code === 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE') return unroutable(request, reply)
  if (error instanceof HttpError) return reply.code(error.status).send({ detail: error.detail })
  const status = error.statusCode ?? 500
  if (status < 500) return reply.code(status).send({ detail: error.message })
  const { name, message, code, stack } = error
  request.log.error({ error: { name, message, code, stack } }, 'the request failed')
  return reply.code(500).send({ detail: 'An unexpected error occurred.' })
}

/** The router takes an empty segment for a name, as in `/workspaces//models`. The platform has no such path. */
async function refuseEmptySegment(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (Object.values(request.params as object).includes('')) reply.callNotFound()
}

/** Where a body was wrong, but not its content: that may be a secret. */
const logRefused: NonNullable<FastifyRequestOptions['onRefused']> = ({ status, detail, reason }, request) => {
  const list = typeof detail === 'string' ? [] : detail
  const errors = list.slice(0, MOST_LOGGED_ERRORS).map(({ type, loc }) => `${loc.join('.')}: ${type}`)
  request.log.info({ status, ...(reason && { reason }), ...(errors.length > 0 && { errors }) }, 'request body refused')
}

const MOST_LOGGED_ERRORS = 10

/** JSON needs no charset, and the platform sends none. */
async function withoutCharset(_: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (reply.getHeader('content-type') === 'application/json; charset=utf-8') {
    reply.header('content-type', 'application/json')
  }
  return payload
}

async function logRequest(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const [path] = request.originalUrl.split('?')
  const ms = Math.round(reply.elapsedTime * 10) / 10
  request.log.info({ method: request.method, path, status: reply.statusCode, ms }, 'request')
}
