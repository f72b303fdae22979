import { checkOptions, choice, type OptionTable } from '../options/index.js'
import { OPERATIONS, type Operation, SCHEMA_NAMES, SCHEMAS } from '../schemas/index.js'
import type { PlainObject } from './plain-data.js'
import { namesOf, OPENAPI_VERSIONS, type OpenApiVersion, type Style, VARIANTS, type Variant } from './style.js'
import { writeSchema } from './write-schema.js'

/** Options of {@link openapi}. */
export interface OpenApiOptions {
  /** What to describe: everything that the service checks (the default), or what the API page shows. */
  readonly variant?: Variant
  /** The version of OpenAPI. Default: `3.1`. */
  readonly version?: OpenApiVersion
}

/** The options that `openapi` accepts. */
export const OPENAPI_OPTIONS: OptionTable<OpenApiOptions> = {
  variant: choice(VARIANTS),
  version: choice(namesOf(OPENAPI_VERSIONS)),
}

/**
 * The OpenAPI document of the endpoint, with every definition as a component. Plain data, a new copy on each call.
 *
 * The variant `page` in version 3.1 is the document of the API page. The variant `service` adds the constraints and nulls of
 * the service, the required body, and the responses 400, 403 and 409.
 *
 * @throws TypeError if an option is unknown, or the variant or version does not exist
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
    // Explicit, because linters require it. The page names no credentials.
    ...(variant === 'service' && { security: [] }),
    paths: paths(style, variant),
    components: { schemas: components(style, variant) },
  }
}

/** The fixed part of the shape of an OpenAPI document. */
export interface OpenApiDocument extends PlainObject {
  openapi: string
  info: { title: string; version: string }
  servers: { url: string; description: string }[]
  paths: { [path: string]: { [method: string]: PlainObject } }
  components: { schemas: { [name: string]: PlainObject } }
}

/** The operations, by path and method. */
function paths(style: Style, variant: Variant): OpenApiDocument['paths'] {
  const all: OpenApiDocument['paths'] = {}
  for (const one of OPERATIONS) all[one.path] = { ...all[one.path], [one.method]: operation(one, style, variant) }
  return all
}

function operation(
  { operationId, summary, description, tags, parameters, requestBody, responses, refusals }: Operation,
  style: Style,
  variant: Variant,
): PlainObject {
  const answers: PlainObject = {}
  const refusal = { $ref: style.definitions + HTTP_ERROR.title }
  for (const [status, { description, schema }] of Object.entries(responses)) {
    const body = { $ref: style.definitions + schema }
    // A failure after validation is also a 422, with a text instead of the list. No body is both, and ogen reads only `oneOf`.
    const isEither = variant === 'service' && status === '422'
    answers[status] = { description, content: json(isEither ? { oneOf: [body, refusal] } : body) }
  }
  for (const [status, description] of Object.entries(variant === 'service' ? refusals : {})) {
    answers[status] = { description, content: json(refusal) }
  }
  return {
    operationId,
    summary,
    description,
    tags: [...tags],
    parameters: parameters.map((parameter) => ({ ...parameter, schema: { ...parameter.schema } })),
    ...(requestBody && {
      requestBody: {
        ...(variant === 'service' && { required: true }),
        content: json({ $ref: style.definitions + requestBody }),
      },
    }),
    responses: answers,
  }
}

/** The body of a refusal that is not a list of errors: one sentence. FastAPI's `HTTPException`. */
const HTTP_ERROR = {
  title: 'HTTPError',
  description: 'Why the service refuses a request that it could read',
  type: 'object',
  properties: { detail: { type: 'string' } },
  required: ['detail'],
} as const

function json(schema: PlainObject): PlainObject {
  return { 'application/json': { schema: structuredClone(schema) } }
}

function components(style: Style, variant: Variant): { [name: string]: PlainObject } {
  const entries = SCHEMA_NAMES.map((name) => [name, writeSchema(SCHEMAS[name], style, variant, 'described').schema])
  const refusal = variant === 'service' ? { [HTTP_ERROR.title]: structuredClone(HTTP_ERROR) } : {}
  return { ...Object.fromEntries(entries), ...refusal }
}
