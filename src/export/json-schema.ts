import { checkOptions, choice, type OptionTable, text, unknownModel } from '../options/index.js'
import { isSchemaName, SCHEMA_NAMES, SCHEMAS, type SchemaName } from '../schemas/index.js'
import { artifactId, schemaPath } from './artifact-id.js'
import type { PlainObject } from './plain-data.js'
import { rulesFor } from './request-rules.js'
import { DIALECTS, type Dialect, namesOf, type Style, VARIANTS, type Variant } from './style.js'
import { nameOf, type WrittenSchema, writeSchema } from './write-schema.js'

/** Options of {@link jsonSchema}. */
export interface JsonSchemaOptions {
  /** The dialect. Default: `2020-12`. */
  readonly dialect?: Dialect
  /** What to describe: everything that the service checks (the default), or what the API page shows. */
  readonly variant?: Variant
  /** The `$id`. Default: the URL of the file with this schema in this version of the package, or none for a definition of your own. */
  readonly id?: string
}

/** The options that `jsonSchema` accepts. */
export const JSON_SCHEMA_OPTIONS: OptionTable<JsonSchemaOptions> = {
  dialect: choice(namesOf(DIALECTS)),
  variant: choice(VARIANTS),
  id: text,
}

/**
 * A definition as a self-contained JSON Schema with `$schema`, `$id`, and all referenced definitions in `$defs`
 * (`definitions` in draft-07). Plain data, a new copy on each call.
 *
 * For values in canonical form, the schema accepts what the service accepts, as far as JSON Schema can express it. The
 * service also accepts `"8"` for an integer and a Unix timestamp for a time, which a schema cannot describe, and has its
 * own rules for each `format`.
 *
 * @param model - the name of a definition, or one of your own
 * @throws TypeError if there is no definition of that name, or an option is unknown or wrong
 * @example
 * ```ts
 * import { jsonSchema } from 'model-entity'
 *
 * console.log(jsonSchema('SlidingWindowConfig', { dialect: 'draft-07' }))
 * ```
 */
export function jsonSchema(model: SchemaName | object, options: JsonSchemaOptions = {}): PlainObject {
  checkOptions(options, JSON_SCHEMA_OPTIONS)
  const { dialect = '2020-12', variant = 'service' } = options
  const style: Style & { readonly uri: string; readonly keyword: string } = DIALECTS[dialect]
  const definition = isDefinition(model) ? model : definitionOf(model)
  const rules = rulesFor(definition)
  const { schema, references } = writeSchema(definition, style, variant, rules)
  const definitions = allOf(references, (name) => writeSchema(SCHEMAS[name], style, variant, rules))
  const id = options.id ?? defaultId(definition, dialect, variant)
  return {
    $schema: style.uri,
    ...(id !== undefined && { $id: id }),
    ...schema,
    ...(Object.keys(definitions).length > 0 && { [style.keyword]: definitions }),
  }
}

/** All definitions reachable from `references`, in the order of the API page. */
function allOf(references: ReadonlySet<SchemaName>, write: (name: SchemaName) => WrittenSchema): PlainObject {
  const reached = new Map<SchemaName, PlainObject>()
  const waiting = [...references]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue
    const { schema, references: further } = write(name)
    reached.set(name, schema)
    waiting.push(...further)
  }
  return inPageOrder(reached)
}

function inPageOrder(schemas: ReadonlyMap<SchemaName, PlainObject>): PlainObject {
  const ordered: PlainObject = {}
  for (const name of SCHEMA_NAMES) {
    const schema = schemas.get(name)
    if (schema !== undefined) ordered[name] = schema
  }
  return ordered
}

function isDefinition(model: SchemaName | object): model is object {
  return typeof model === 'object' && model !== null
}

function definitionOf(name: unknown): object {
  if (typeof name === 'string' && isSchemaName(name)) return SCHEMAS[name]
  throw unknownModel(name, SCHEMA_NAMES)
}

function defaultId(definition: object, dialect: Dialect, variant: Variant): string | undefined {
  const name = nameOf(definition)
  return name === undefined ? undefined : artifactId(schemaPath(name, dialect, variant))
}
