import { UNCHANGED } from '../models/requests.js'
import { withInputs } from './inputs.js'
import type { Json } from './json.js'
import { ref } from './responses.js'

/**
 * The definitions of the package, and those of the routes that it does not know. Fields are described once, in the package. What this
 * registry refuses besides is said where a schema can: names, references to what exists, integers that it cannot keep exact.
 *
 * @param references - the filesets and projects that exist
 */
export function components(ofPackage: Readonly<Record<string, Json>>, references: References): Json {
  return bounded(withInputs(definitions(ofPackage, references), REQUESTS, INPUTS))
}

/** What a request may refer to. Undefined: more than a document should list. */
export interface References {
  /** As `workspace/name`. */
  readonly filesets: readonly string[] | undefined
  readonly projects: readonly string[]
}

function definitions(
  ofPackage: Readonly<Record<string, Json>>,
  { filesets, projects }: References,
): Readonly<Record<string, Json>> {
  const fileset = (described: Json | undefined, more: readonly (string | null)[]): Json =>
    filesets === undefined
      ? { ...described }
      : { description: described?.['description'], enum: [...more, ...filesets] }
  const ofEntity = propertiesOf(ofPackage['ModelEntity'])
  const ofCreate = propertiesOf(ofPackage['CreateModelEntityRequest'])
  const create: Readonly<Record<string, Json>> = {
    ...ofCreate,
    name: { ...ofCreate['name'], ...NAME },
    project: { description: ofEntity['project']?.['description'], enum: [null, ...projects] },
    // An empty text is no fileset.
    fileset: fileset(ofEntity['fileset'], [null, '']),
    custom_fields: { ...ofCreate['custom_fields'], additionalProperties: ref('FreeValue') },
    ownership: { ...ofCreate['ownership'], additionalProperties: ref('FreeValue') },
  }
  const endpoint = propertiesOf(ofPackage['APIEndpointData'])
  const ofAdapter = propertiesOf(ofPackage['Adapter'])
  const adapter: Readonly<Record<string, Json>> = {
    ...ofAdapter,
    name: { ...ofAdapter['name'], ...NAME },
    fileset: fileset(ofAdapter['fileset'], []),
    created_at: ANSWERED_TIME,
    updated_at: ANSWERED_TIME,
  }
  const { name: _name, project: _project, trust_remote_code: trust, ...fields } = create
  const { workspace: _workspace, model: _model, created_at: _created, updated_at: _updated, ...adapterFields } = adapter
  return {
    ...ofPackage,
    CreateModelEntityRequest: { ...ofPackage['CreateModelEntityRequest'], properties: create },
    ModelEntity: {
      ...ofPackage['ModelEntity'],
      properties: { ...ofEntity, created_at: ANSWERED_TIME, updated_at: ANSWERED_TIME },
    },
    Adapter: {
      ...ofPackage['Adapter'],
      properties: { ...ofAdapter, created_at: ANSWERED_TIME, updated_at: ANSWERED_TIME },
    },
    APIEndpointData: {
      ...ofPackage['APIEndpointData'],
      properties: { ...endpoint, url: { type: ['string', 'null'], description: endpoint['url']?.['description'] } },
    },
    FreeValue: FREE_VALUE,
    UpdateModelEntityRequest: object({
      ...fields,
      fileset: fileset(ofEntity['fileset'], [null]),
      backend_format: { ...fields['backend_format'], description: `Null clears it; absent means ${UNCHANGED}.` },
      model_providers: { ...fields['model_providers'], default: null },
      trust_remote_code: { ...trust, type: ['boolean', 'null'], default: null },
    }),
    CreateModelAdapterRequest: { ...object(adapterFields), required: ['name', 'fileset', 'finetuning_type'] },
    UpdateAdapterRequest: object({
      description: { ...adapter['description'] },
      enabled: { type: ['boolean', 'null'] },
      fileset: fileset({ type: ['string', 'null'] }, [null]),
    }),
    ModelEntitiesPage: {
      ...object({ data: { type: 'array', items: ref('ModelEntity') }, pagination: ref('PaginationData'), sort: TEXT }),
      required: ['data', 'pagination', 'sort'],
    },
    PaginationData: {
      ...object(Object.fromEntries(COUNTS.map((name) => [name, { type: 'integer', minimum: 0 }]))),
      required: [...COUNTS],
    },
    Health: { ...object({ status: TEXT }), required: ['status'] },
  }
}

const TEXT = { type: 'string' }

/** The name of a model or an adapter, as the registry accepts it: no two hyphens together, none at the end. */
const NAME = { minLength: 2, maxLength: 63, pattern: '^[a-z](?:-?[a-z0-9._])*$' }

/** UTC without a zone, as the platform writes it: not the `date-time` of RFC 3339. */
const ANSWERED_TIME = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?$' }

/** URLs as the service reads them are more than the `uri` of RFC 3986. Hosts of other alphabets are accepted too. */
const URL_PATTERN = '^[A-Za-z]+://[A-Za-z][A-Za-z0-9]*(?:\\.[A-Za-z][A-Za-z0-9]*)*(?::[0-9]{1,4})?(?:[/?#][!-~]*)?$'

/** A value of a free field: anything, with integers that JavaScript keeps exact. */
const FREE_VALUE = {
  description: 'Any type',
  anyOf: [
    { type: ['null', 'boolean', 'string'] },
    { type: 'number', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    { type: 'array', items: ref('FreeValue') },
    { type: 'object', additionalProperties: ref('FreeValue') },
  ],
}

/** The bodies of requests. */
const REQUESTS = [
  'CreateModelEntityRequest',
  'UpdateModelEntityRequest',
  'CreateModelAdapterRequest',
  'UpdateAdapterRequest',
]

/** What holds for requests only: one of the token limits. An answer may have both. */
const INPUTS: Readonly<Record<string, (schema: Json) => Json>> = {
  APIEndpointData: (schema) => ({
    ...schema,
    properties: { ...propertiesOf(schema), url: { type: ['string', 'null'], pattern: URL_PATTERN } },
  }),
  InferenceParams: (schema) => ({
    ...schema,
    additionalProperties: ref('FreeValue'),
    anyOf: ['max_tokens', 'max_completion_tokens'].map((limit) => ({ properties: { [limit]: { type: 'null' } } })),
  }),
}

/** The document with the bounds of integers that JavaScript keeps exact. The registry refuses others. */
function bounded(value: Json): Json {
  const entries = Object.entries(value).map(([key, part]) => [key, isJson(part) ? bounded(part) : boundedItems(part)])
  const copy: Json = Object.fromEntries(entries)
  if (![value['type']].flat().includes('integer') || 'enum' in value) return copy
  return { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER, ...copy }
}

function boundedItems(part: unknown): unknown {
  return Array.isArray(part) ? part.map((item) => (isJson(item) ? bounded(item) : item)) : part
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const COUNTS = ['page', 'page_size', 'current_page_size', 'total_pages', 'total_results']

function object(properties: Json): Json {
  return { type: 'object', properties }
}

function propertiesOf(schema: Json | undefined): Readonly<Record<string, Json>> {
  return (schema?.['properties'] ?? {}) as Readonly<Record<string, Json>>
}
