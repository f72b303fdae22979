import type { TSchema } from 'typebox'
import { checkOptions, choice, type OptionTable, text, unknownModel } from '../options/index.js'
import { isSchemaName, SCHEMA_NAMES, SCHEMAS, type SchemaName } from '../schemas/index.js'
import type { PlainObject } from './plain-data.js'
import { rulesFor } from './request-rules.js'
import { DIALECTS, type Dialect, namesOf, type Style, VARIANTS, type Variant } from './style.js'
import { type WrittenSchema, writeSchema } from './write-schema.js'

/** How {@link jsonSchema} writes. */
export interface JsonSchemaOptions {
  /** The dialect; `2020-12` by default. */
  readonly dialect?: Dialect
  /** What is described: all that the service checks (the default), or what the API page shows. */
  readonly variant?: Variant
  /** The `$id`, by default `urn:model-entity:{dialect}:{name}`; a definition of your own has none by default. */
  readonly id?: string
}

/** What the options of `jsonSchema` may be. */
export const JSON_SCHEMA_OPTIONS: OptionTable<JsonSchemaOptions> = {
  dialect: choice(namesOf(DIALECTS)),
  variant: choice(VARIANTS),
  id: text,
}

/**
 * A definition as a self-contained JSON Schema: with `$schema`, `$id`, and the definitions that it refers to in `$defs`
 * (`definitions` in draft-07). Plain data, a new copy at each call.
 *
 * The schema takes and refuses what the service does, as far as JSON Schema can say it, of values in their canonical form:
 * the service also takes `"8"` for an integer and a Unix timestamp for a time, which a schema cannot describe, and reads
 * `format` by rules of its own.
 *
 * @param model - the name of a definition, or one of your own
 * @throws TypeError when there is no definition of that name, and for an unknown or wrong option
 * @example
 * ```ts
 * import { jsonSchema } from 'model-entity'
 *
 * console.log(jsonSchema('SlidingWindowConfig', { dialect: 'draft-07' }))
 * ```
 */
export function jsonSchema(model: SchemaName | TSchema, options: JsonSchemaOptions = {}): PlainObject {
  checkOptions(options, JSON_SCHEMA_OPTIONS)
  const { dialect = '2020-12', variant = 'service' } = options
  const style: Style & { readonly uri: string; readonly keyword: string } = DIALECTS[dialect]
  const definition = isDefinition(model) ? model : definitionOf(model)
  const rules = rulesFor(definition)
  const { schema, references } = writeSchema(definition, style, variant, rules)
  const definitions = allOf(references, (name) => writeSchema(SCHEMAS[name], style, variant, rules))
  const id = options.id ?? defaultId(definition, dialect)
  return {
    $schema: style.uri,
    ...(id !== undefined && { $id: id }),
    ...schema,
    ...(Object.keys(definitions).length > 0 && { [style.keyword]: definitions }),
  }
}

/** All definitions that `references` lead to, in the order of the API page. */
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

function isDefinition(model: SchemaName | TSchema): model is TSchema {
  return typeof model === 'object' && model !== null
}

function definitionOf(name: unknown): TSchema {
  if (typeof name === 'string' && isSchemaName(name)) return SCHEMAS[name]
  throw unknownModel(name, SCHEMA_NAMES)
}

function defaultId(definition: TSchema, dialect: Dialect): string | undefined {
  const name = SCHEMA_NAMES.find((each) => SCHEMAS[each] === definition)
  return name === undefined ? undefined : `urn:model-entity:${dialect}:${name}`
}
