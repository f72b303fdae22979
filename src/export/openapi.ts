import { checkOptions, choice, type OptionTable } from '../options/index.js'
import { CREATE_MODEL, SCHEMA_NAMES, SCHEMAS, type SchemaName } from '../schemas/index.js'
import type { PlainObject } from './plain-data.js'
import { namesOf, OPENAPI_VERSIONS, type OpenApiVersion, type Style, VARIANTS, type Variant } from './style.js'
import { writeSchema } from './write-schema.js'

/** How {@link openapi} writes. */
export interface OpenApiOptions {
  /** What is described: all that the service checks (the default), or what the API page shows. */
  readonly variant?: Variant
  /** The version of OpenAPI; `3.1` by default. */
  readonly version?: OpenApiVersion
}

/** What the options of `openapi` may be. */
export const OPENAPI_OPTIONS: OptionTable<OpenApiOptions> = {
  variant: choice(VARIANTS),
  version: choice(namesOf(OPENAPI_VERSIONS)),
}

/**
 * The OpenAPI document of the endpoint, with every definition among its components. Plain data, a new copy at each call.
 *
 * The variant `page` in version 3.1 is the document of the API page. The variant `service` says more: the constraints and
 * the nulls of the service, that the body is required, and the answers 400, 403 and 409.
 *
 * @throws TypeError for an unknown option, and a variant or a version that is not there
 * @example
 * ```ts
 * import { openapi } from 'model-entity'
 *
 * const document = openapi({ version: '3.0' })
 * console.log(document.openapi, Object.keys(document.components.schemas)[0]) // 3.0.3 MoEConfig
 * ```
 */
export function openapi(options: OpenApiOptions = {}): OpenApiDocument {
  checkOptions(options, OPENAPI_OPTIONS)
  const { variant = 'service', version = '3.1' } = options
  const style = OPENAPI_VERSIONS[version]
  return {
    openapi: style.version,
    info: { title: 'Nemo Platform API', version: '1.0.0' },
    servers: [{ url: 'https://host.com', description: 'Default' }],
    // Said outright, as the page names no credentials and a linter asks.
    ...(variant === 'service' && { security: [] }),
    paths: { [CREATE_MODEL.path]: { [CREATE_MODEL.method]: operation(style, variant) } },
    components: { schemas: components(style, variant) },
  }
}

/** An OpenAPI document, as far as its shape is always the same. */
export interface OpenApiDocument extends PlainObject {
  openapi: string
  info: { title: string; version: string }
  servers: { url: string; description: string }[]
  paths: { [path: string]: { [method: string]: PlainObject } }
  components: { schemas: { [name: string]: PlainObject } }
}

function operation(style: Style, variant: Variant): PlainObject {
  const { operationId, summary, description, tags, parameters, requestBody, responses, refusals } = CREATE_MODEL
  const answers: PlainObject = {}
  for (const [status, { description, schema }] of Object.entries(responses)) {
    const body = { $ref: style.definitions + schema }
    // What fails after validation is a 422, too, with a text in place of the list.
    const isEither = variant === 'service' && status === '422'
    answers[status] = { description, content: json(isEither ? { anyOf: [body, REFUSAL] } : body) }
  }
  for (const [status, description] of Object.entries(variant === 'service' ? refusals : {})) {
    answers[status] = { description, content: json(REFUSAL) }
  }
  return {
    operationId,
    summary,
    description,
    tags: [...tags],
    parameters: parameters.map((parameter) => ({ ...parameter, schema: { ...parameter.schema } })),
    requestBody: {
      ...(variant === 'service' && { required: true }),
      content: json({ $ref: style.definitions + requestBody }),
    },
    responses: answers,
  }
}

/** The body with which the service refuses what it does not look into, or does not allow: one sentence. */
const REFUSAL: PlainObject = { type: 'object', properties: { detail: { type: 'string' } }, required: ['detail'] }

function json(schema: PlainObject): PlainObject {
  return { 'application/json': { schema: structuredClone(schema) } }
}

function components(style: Style, variant: Variant): { [name in SchemaName]: PlainObject } {
  const entries = SCHEMA_NAMES.map((name) => [name, writeSchema(SCHEMAS[name], style, variant, 'described').schema])
  return Object.fromEntries(entries)
}
