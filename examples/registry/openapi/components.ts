import { UNCHANGED } from '../models/requests.js'
import type { Json } from './json.js'
import { ref } from './responses.js'

/** The definitions of the package, and those of the routes that it does not know. Fields are described once, in the package. */
export function components(ofPackage: Readonly<Record<string, Json>>): Json {
  const create = propertiesOf(ofPackage['CreateModelEntityRequest'])
  const adapter = propertiesOf(ofPackage['Adapter'])
  const { name: _name, project: _project, trust_remote_code: trust, ...fields } = create
  const { workspace: _workspace, model: _model, created_at: _created, updated_at: _updated, ...adapterFields } = adapter
  return {
    ...ofPackage,
    UpdateModelEntityRequest: object({
      ...fields,
      backend_format: { ...fields['backend_format'], description: `Null clears it; absent means ${UNCHANGED}.` },
      model_providers: { ...fields['model_providers'], default: null },
      trust_remote_code: { ...trust, type: ['boolean', 'null'], default: null },
    }),
    CreateModelAdapterRequest: { ...object(adapterFields), required: ['name', 'fileset', 'finetuning_type'] },
    UpdateAdapterRequest: object({
      description: { ...adapter['description'] },
      enabled: { type: ['boolean', 'null'] },
      fileset: { type: ['string', 'null'] },
    }),
    ModelEntitiesPage: {
      ...object({ data: { type: 'array', items: ref('ModelEntity') }, pagination: ref('PaginationData'), sort: TEXT }),
      required: ['data', 'pagination', 'sort'],
    },
    PaginationData: {
      ...object(Object.fromEntries(COUNTS.map((name) => [name, { type: 'integer', minimum: 0 }]))),
      required: [...COUNTS],
    },
    ModelEntityFilter: { ...object(filterFields()), additionalProperties: false },
    Health: { ...object({ status: TEXT }), required: ['status'] },
  }
}

const TEXT = { type: 'string' }

const COUNTS = ['page', 'page_size', 'current_page_size', 'total_pages', 'total_results']

const FILTER_FIELDS = ['id', 'name', 'project', 'base_model', 'finetuning_type', 'description', 'fileset']

/** A comma divides a text into a list, which only `$in` and `$nin` take; a bracket or brace begins JSON. */
const PLAIN_TEXT = { type: 'string', pattern: '^[^,{\\[]*$' }

function filterFields(): Json {
  const operators = Object.fromEntries(['$eq', '$like', '$in', '$nin'].map((operator) => [operator, PLAIN_TEXT]))
  const field = { anyOf: [PLAIN_TEXT, { ...object(operators), additionalProperties: false, minProperties: 1 }] }
  return Object.fromEntries(FILTER_FIELDS.map((name) => [name, field]))
}

function object(properties: Json): Json {
  return { type: 'object', properties }
}

function propertiesOf(schema: Json | undefined): Readonly<Record<string, Json>> {
  return (schema?.['properties'] ?? {}) as Readonly<Record<string, Json>>
}
