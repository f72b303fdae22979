import { MODEL_REFERENCE_FORMAT, MODEL_REFERENCE_PATTERN } from '../schemas/constraints.js'
import { isEveryKey } from '../schemas/every-key.js'
import { keywordsOf, nameOfDefinition } from '../schemas/identity.js'
import { isSchemaName, type SchemaName } from '../schemas/index.js'
import { isPlainObject, type PlainObject, type PlainValue } from './plain-data.js'
import { type RequestRules, withRule } from './request-rules.js'
import type { Style, Variant } from './style.js'
import { withTuple } from './tuple.js'

/** A schema written from a definition, with the names of the definitions it references. */
export interface WrittenSchema {
  readonly schema: PlainObject
  readonly references: ReadonlySet<SchemaName>
}

/**
 * Writes a definition as plain JSON Schema in a given style. Named definitions inside it become a `$ref`; the definition
 * itself is written in full.
 */
export function writeSchema(definition: object, style: Style, variant: Variant, rules: RequestRules): WrittenSchema {
  const writer = new Writer(style, variant, variant === 'page' ? 'omitted' : rules)
  return { schema: writer.body(definition), references: writer.references }
}

/** The keywords that are written in another form, or not at all. */
interface OfDefinition {
  readonly anyOf?: unknown
  readonly atMostOne?: unknown
  readonly isAnswer?: unknown
  readonly [keyword: string]: unknown
}

/** Where the service accepts more or less than the JSON Schema format. */
const FORMAT_NOTES: Readonly<Record<string, string>> = {
  uri:
    'The format is RFC 3986. The service reads WHATWG URLs: it accepts and repairs more, such as hosts and paths that are not ASCII, and ' +
    'refuses some URIs, such as those with a port above 65535.',
  'date-time':
    'The format is RFC 3339. The service accepts more: a time without a zone or seconds, a space instead of the T, a date alone, Unix timestamps. ' +
    'It accepts no leap seconds.',
}

/** What the API page leaves out. */
const UNSHOWN = new Set(['minLength', 'maxLength', 'pattern', 'minimum', 'maximum'])

/** Formats that the API page leaves out. */
const UNSHOWN_FORMATS: ReadonlySet<unknown> = new Set([MODEL_REFERENCE_FORMAT, 'int64'])

class Writer {
  readonly references = new Set<SchemaName>()
  readonly #style: Style
  readonly #variant: Variant
  readonly #rules: RequestRules

  constructor(style: Style, variant: Variant, rules: RequestRules) {
    this.#style = style
    this.#variant = variant
    this.#rules = rules
  }

  /** A schema at its place of use. Named definitions become references. */
  #use(schema: unknown): PlainValue {
    const name = nameOf(schema)
    if (name === undefined) return isPlainObject(schema) ? this.body(schema) : plain(schema)
    this.references.add(name)
    return { $ref: this.#style.definitions + name }
  }

  /** A schema written in full. */
  body(schema: object): PlainObject {
    const { anyOf, atMostOne, isAnswer, ...keywords }: OfDefinition = keywordsOf(schema)
    if (!Array.isArray(anyOf)) return inOrder(this.#noted(withRule(this.#keywords(keywords), atMostOne, this.#rules)))
    return inOrder(this.#noted(this.#union(anyOf, this.#keywords(keywords))))
  }

  /** Notes next to a format that the service has other rules for it. Not in the `page` variant, which equals the page. */
  #noted(schema: PlainObject): PlainObject {
    const note = this.#variant === 'service' ? FORMAT_NOTES[String(schema['format'])] : undefined
    const description = String(schema['description'] ?? '')
    if (note === undefined || description.endsWith(note)) return schema
    return { ...schema, description: description === '' ? note : `${description.replace(/\.?$/, '.')} ${note}` }
  }

  /** A union: of one, of something and null, or of several. `annotations` are the keywords next to it. */
  #union(members: readonly unknown[], annotations: PlainObject): PlainObject {
    const others = members.filter((member) => !isNull(member))
    const [only] = others
    if (others.length !== 1) return { [this.#unionKeyword]: members.map((member) => this.#use(member)), ...annotations }
    const used = this.#use(only)
    const schema = isPlainObject(used) ? used : {}
    return others.length === members.length
      ? this.#beside(schema, annotations)
      : this.#orNull(only, schema, annotations)
  }

  #orNull(member: unknown, schema: PlainObject, annotations: PlainObject): PlainObject {
    if (this.#variant === 'service') return { ...this.#style.orNull(schema), ...annotations }
    // The page shows null only for this definition.
    if (nameOf(member) !== 'BackendFormat') return this.#beside(schema, annotations)
    const { anyOf, ...rest } = this.#style.orNull(schema)
    return { ...(anyOf !== undefined && { [this.#unionKeyword]: anyOf }), ...rest, ...annotations }
  }

  #beside(schema: PlainObject, annotations: PlainObject): PlainObject {
    // Generators make a type of its own of a reference with something beside it.
    if (schema['$ref'] !== undefined && this.#variant === 'service') return schema
    const isIgnored = schema['$ref'] !== undefined && !this.#style.refSiblings && Object.keys(annotations).length > 0
    return isIgnored ? { allOf: [schema], ...annotations } : { ...schema, ...annotations }
  }

  get #unionKeyword(): 'oneOf' | 'anyOf' {
    return this.#variant === 'page' ? 'oneOf' : 'anyOf'
  }

  #keywords(schema: { readonly [keyword: string]: unknown }): PlainObject {
    const written: PlainObject = {}
    for (const [keyword, value] of Object.entries(withTuple(schema, this.#style.tuple))) {
      if (this.#variant === 'page' && isUnshown(keyword, value)) continue
      if (keyword === 'default' && isPlainObject(value) && !this.#style.objectDefaults) continue
      if (keyword === 'format' && value === MODEL_REFERENCE_FORMAT) written['pattern'] = MODEL_REFERENCE_PATTERN
      else if (isAnyKey(keyword, value))
        written['additionalProperties'] = this.#anyKey(this.#use(Object.values(value)[0]))
      // typify drops the extra fields of `true`, and keeps those of an empty schema.
      else if (keyword === 'additionalProperties' && value === true) written[keyword] = {}
      // TypeBox 0.34 checks the pattern in place of the list.
      else if (keyword !== 'pattern' || schema['enum'] === undefined) written[keyword] = this.#value(keyword, value)
    }
    return written
  }

  /** Free data is `true`: kin-openapi refuses null for an empty schema. The page has the empty one. */
  #anyKey(values: PlainValue): PlainValue {
    const isFree = isPlainObject(values) && Object.keys(values).every((keyword) => keyword === 'description')
    return isFree && this.#variant === 'service' ? true : values
  }

  #value(keyword: string, value: unknown): PlainValue {
    if (SCHEMA_MAPS.has(keyword) && isPlainObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, schema]) => [key, this.#use(schema)]))
    }
    if ((SCHEMA_LISTS.has(keyword) || keyword === 'items') && Array.isArray(value))
      return value.map((schema) => this.#use(schema))
    return SCHEMA_VALUES.has(keyword) ? this.#use(value) : plain(value)
  }
}

const SCHEMA_MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas'])
const SCHEMA_LISTS = new Set(['allOf', 'oneOf', 'prefixItems'])
const SCHEMA_VALUES = new Set(['items', 'additionalProperties', 'not', 'contains', 'propertyNames'])

/** A record with any key. `.` does not match a line break, so the keyword for all keys is better. */
function isAnyKey(keyword: string, value: unknown): value is PlainObject {
  return keyword === 'patternProperties' && isPlainObject(value) && isEveryKey(Object.keys(value))
}

/** The name of a definition of ours. */
export function nameOf(schema: unknown): SchemaName | undefined {
  const name = nameOfDefinition(schema)
  return name !== undefined && isSchemaName(name) ? name : undefined
}

function isNull(schema: unknown): boolean {
  return isPlainObject(schema) && schema['type'] === 'null'
}

function isUnshown(keyword: string, value: unknown): boolean {
  return (
    UNSHOWN.has(keyword) ||
    (keyword === 'format' && UNSHOWN_FORMATS.has(value)) ||
    (keyword === 'additionalProperties' && value === true) ||
    // A factory creates these for each object, and pydantic does not show them.
    (keyword === 'default' && typeof value === 'object')
  )
}

/** Copies data, so that changing an artifact does not change a definition. */
function plain(value: unknown): PlainValue {
  return value === undefined ? null : JSON.parse(JSON.stringify(value))
}

/** The order of keywords, for readability. */
const FIRST = ['$ref', 'title', 'description', 'type', 'nullable', 'format', 'default', 'enum', 'anyOf', 'oneOf']
const LAST = ['allOf', 'properties', 'additionalProperties', 'required']

function inOrder(schema: PlainObject): PlainObject {
  const rank = (keyword: string): number => {
    const first = FIRST.indexOf(keyword)
    return first >= 0 ? first : FIRST.length + 1 + LAST.indexOf(keyword)
  }
  return Object.fromEntries(Object.entries(schema).sort(([a], [b]) => rank(a) - rank(b)))
}
