import type { FastifyInstance } from 'fastify'
import { openapiDocument } from '../openapi/document.js'
import type { Registry } from '../registry.js'
import { OPENAPI_PATH } from './paths.js'

/** The description of the API, for tools and people. */
export function openapiRoute(app: FastifyInstance, registry: Registry): void {
  app.get(OPENAPI_PATH, async () => openapiDocument(registry))
}
