import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.js'
import { openapiDocument } from '../openapi/document.js'
import { OPENAPI_PATH } from './paths.js'

/** The description of the API, for tools and people. */
export function openapiRoute(app: FastifyInstance, config: Config): void {
  const document = openapiDocument(config)
  app.get(OPENAPI_PATH, async () => document)
}
