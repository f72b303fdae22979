import { SCHEMA_NAMES, SCHEMAS } from '../schemas/index.js'
import { PRECISIONS } from '../schemas/precisions.js'
import { artifactId } from './artifact-id.js'
import { isPlainObject, type PlainObject, type PlainValue } from './plain-data.js'
import { DIALECTS, type Style } from './style.js'
import { writeSchema } from './write-schema.js'

/**
 * The JSON Schema that an editor checks a manifest with: a request, an entity, or a list of them. It helps while typing instead of
 * answering like the service: a field that no model has is an error, and null is not offered.
 *
 * A mapping with `id` and a timestamp is an entity, as for `model-entity check`.
 *
 * Draft-07, because editors read it best. Plain data, a new copy on each call.
 *
 * @example
 * ```ts
 * import { editorSchema } from 'model-entity/export'
 *
 * console.log(editorSchema().title) // Model manifest
 * ```
 */
export function editorSchema(): PlainObject {
  const definitions: PlainObject = {
    Model: branch(IS_ENTITY, reference('ModelEntity'), reference('CreateModelEntityRequest')),
  }
  for (const name of SCHEMA_NAMES) {
    if (!NOT_IN_MANIFESTS.has(name))
      definitions[name] = strict(writeSchema(SCHEMAS[name], STYLE, 'service', 'omitted').schema)
  }
  return {
    $schema: DIALECTS['draft-07'].uri,
    $id: artifactId('editor/manifest.json'),
    title: 'Model manifest',
    description: 'A model to create, a model entity, or a list of them.',
    ...branch({ type: 'array' }, { type: 'array', items: reference('Model') }, reference('Model')),
    definitions,
  }
}

const STYLE: Style = { ...DIALECTS['draft-07'], orNull: (schema) => schema }

/** What is only in answers of the service. */
const NOT_IN_MANIFESTS: ReadonlySet<string> = new Set([
  'ValidationErrorLocItems',
  'ValidationError',
  'HTTPValidationError',
])

/** What is not yet written is no entity: an empty list item is offered the fields of a request. */
const IS_ENTITY: PlainObject = {
  type: 'object',
  required: ['id'],
  anyOf: [{ required: ['created_at'] }, { required: ['updated_at'] }],
}

/** One schema where a condition holds, another where it does not. Written as pairs: an object with a `then` looks like a promise. */
function branch(condition: PlainObject, yes: PlainObject, no: PlainObject): PlainObject {
  return Object.fromEntries([
    ['if', condition],
    ['then', yes],
    ['else', no],
  ])
}

function reference(name: string): PlainObject {
  return { $ref: DIALECTS['draft-07'].definitions + name }
}

/** Refuses unknown fields, except in objects that hold free data. */
function strict(schema: PlainObject): PlainObject {
  const written: PlainObject = {}
  for (const [keyword, value] of Object.entries(schema)) {
    if (!isUnhelpful(keyword, value)) written[keyword] = keyword === 'properties' ? strictFields(value) : value
  }
  const isClosed = schema['properties'] !== undefined && schema['additionalProperties'] === undefined
  return isClosed ? { ...written, additionalProperties: false } : written
}

/**
 * Editors check formats, and the service accepts more than they do. They write the default of a field that they complete: an
 * empty list in brackets has to be deleted again.
 */
function isUnhelpful(keyword: string, value: PlainValue): boolean {
  return keyword === 'format' || (keyword === 'default' && typeof value === 'object')
}

function strictFields(fields: PlainValue): PlainValue {
  if (!isPlainObject(fields)) return fields
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      isPlainObject(field) ? { ...strict(field), ...ADDED[name] } : field,
    ]),
  )
}

/** What the definitions do not say. Editors offer examples and accept other values too. */
const ADDED: Readonly<Record<string, PlainObject>> = {
  precision: { examples: [...PRECISIONS] },
  stop: { description: 'Texts at which the model stops' },
}
