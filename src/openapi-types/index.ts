/**
 * Types of the OpenAPI document, for openapi-fetch and similar clients. No code: importing types from here adds nothing to a bundle.
 *
 * @example
 * ```ts
 * import type { paths } from 'model-entity/openapi-types'
 * import createClient from 'openapi-fetch'
 *
 * const client = createClient<paths>({ baseUrl: 'https://host.com' })
 * ```
 */

export type { components, operations, paths } from './generated/openapi-types.js'
export type { Schemas } from './schemas.js'
