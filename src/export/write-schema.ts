import type { TSchema } from 'typebox'
import { BackendFormat, MODEL_REFERENCE_FORMAT, SCHEMA_NAMES, SCHEMAS, type SchemaName } from '../schemas/index.js'
import { MODEL_REFERENCE_KEYWORDS } from './model-reference.js'
import { isPlainObject, type PlainObject, type PlainValue } from './plain-data.js'
import { type RequestRules, withRule } from './request-rules.js'
import type { Style, Variant } from './style.js'

/** A definition written as a schema, with the names of the definitions that it refers to. */
export interface WrittenSchema {
  readonly schema: PlainObject
  readonly references: ReadonlySet<SchemaName>
}

/**
 * Writes a definition as plain JSON Schema in a style. A definition with a name inside it becomes a `$ref`; the definition
 * itself is written out.
 */
export function writeSchema(definition: TSchema, style: Style, variant: Variant, rules: RequestRules): WrittenSchema {
  const writer = new Writer(style, variant, variant === 'page' ? 'omitted' : rules)
  return { schema: writer.body(definition), references: writer.references }
}

/** The keywords of a definition that are written in another form, or not at all. */
interface OfDefinition {
  readonly anyOf?: unknown
  readonly atMostOne?: unknown
  readonly isAnswer?: unknown
  readonly [keyword: string]: unknown
}

/** Where the service takes more, or less, than the format of JSON Schema does. */
const FORMAT_NOTES: Readonly<Record<string, string>> = {
  uri:
    'The format is RFC 3986. The service reads WHATWG URLs: it takes and repairs more, such as hosts and paths that are not ASCII, and ' +
    'refuses some URIs, such as those with a port above 65535.',
  'date-time':
    'The format is RFC 3339. The service takes more: a time without a zone or seconds, a blank for the T, a date alone, Unix timestamps; ' +
    'and it takes no leap second.',
}

const NAMES = new Map<unknown, SchemaName>(SCHEMA_NAMES.map((name) => [SCHEMAS[name], name]))

/** What the API page leaves out. */
const UNSHOWN = new Set(['minLength', 'maxLength', 'pattern', 'minimum', 'maximum'])

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

  /** A schema where it is used: a named definition is referred to. */
  #use(schema: unknown): PlainValue {
    const name = NAMES.get(schema)
    if (name === undefined) return isPlainObject(schema) ? this.body(schema) : plain(schema)
    this.references.add(name)
    return { $ref: this.#style.definitions + name }
  }

  /** A schema written out. */
  body(schema: object): PlainObject {
    const { anyOf, atMostOne, isAnswer, ...keywords }: OfDefinition = { ...schema }
    if (!Array.isArray(anyOf)) return inOrder(this.#noted(withRule(this.#keywords(keywords), atMostOne, this.#rules)))
    return inOrder(this.#noted(this.#union(anyOf, this.#keywords(keywords))))
  }

  /** Says beside a format that the service reads it by other rules; the page's rendition stays as the page is. */
  #noted(schema: PlainObject): PlainObject {
    const note = this.#variant === 'service' ? FORMAT_NOTES[String(schema['format'])] : undefined
    const description = String(schema['description'] ?? '')
    if (note === undefined || description.endsWith(note)) return schema
    return { ...schema, description: description === '' ? note : `${description.replace(/\.?$/, '.')} ${note}` }
  }

  /** A union: of one, of something and null, or of several; `annotations` is what stands beside it. */
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
    // The page names null for this one definition only.
    if (member !== BackendFormat) return this.#beside(schema, annotations)
    const { anyOf, ...rest } = this.#style.orNull(schema)
    return { ...(anyOf !== undefined && { [this.#unionKeyword]: anyOf }), ...rest, ...annotations }
  }

  #beside(schema: PlainObject, annotations: PlainObject): PlainObject {
    const isIgnored = schema['$ref'] !== undefined && !this.#style.refSiblings && Object.keys(annotations).length > 0
    return isIgnored ? { allOf: [schema], ...annotations } : { ...schema, ...annotations }
  }

  get #unionKeyword(): 'oneOf' | 'anyOf' {
    return this.#variant === 'page' ? 'oneOf' : 'anyOf'
  }

  #keywords(schema: { readonly [keyword: string]: unknown }): PlainObject {
    const written: PlainObject = {}
    for (const [keyword, value] of Object.entries(schema)) {
      if (this.#variant === 'page' && isUnshown(keyword, value)) continue
      if (keyword === 'format' && value === MODEL_REFERENCE_FORMAT) Object.assign(written, MODEL_REFERENCE_KEYWORDS)
      else if (isAnyKey(keyword, value)) written['additionalProperties'] = this.#use(value[ANY_KEY])
      else written[keyword] = this.#value(keyword, value)
    }
    return written
  }

  #value(keyword: string, value: unknown): PlainValue {
    if (SCHEMA_MAPS.has(keyword) && isPlainObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, schema]) => [key, this.#use(schema)]))
    }
    if (SCHEMA_LISTS.has(keyword) && Array.isArray(value)) return value.map((schema) => this.#use(schema))
    return SCHEMA_VALUES.has(keyword) ? this.#use(value) : plain(value)
  }
}

const SCHEMA_MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas'])
const SCHEMA_LISTS = new Set(['allOf', 'oneOf', 'prefixItems'])
const SCHEMA_VALUES = new Set(['items', 'additionalProperties', 'not', 'contains', 'propertyNames'])

/** How TypeBox writes a record of any key. `.` matches no line break, so that the keyword for all keys says it better. */
const ANY_KEY = '^.*$'

function isAnyKey(keyword: string, value: unknown): value is { [ANY_KEY]: unknown } {
  return keyword === 'patternProperties' && isPlainObject(value) && Object.keys(value).join() === ANY_KEY
}

function isNull(schema: unknown): boolean {
  return isPlainObject(schema) && schema['type'] === 'null'
}

function isUnshown(keyword: string, value: unknown): boolean {
  return (
    UNSHOWN.has(keyword) ||
    value === MODEL_REFERENCE_FORMAT ||
    (keyword === 'additionalProperties' && value === true) ||
    // A factory makes these anew for each object, and pydantic shows none.
    (keyword === 'default' && typeof value === 'object')
  )
}

/** Data without a share in the definition, so that whoever changes an artifact changes no definition. */
function plain(value: unknown): PlainValue {
  return value === undefined ? null : JSON.parse(JSON.stringify(value))
}

/** The order in which a person reads a schema. */
const FIRST = ['$ref', 'title', 'description', 'type', 'nullable', 'format', 'default', 'enum', 'anyOf', 'oneOf']
const LAST = ['allOf', 'properties', 'additionalProperties', 'required']

function inOrder(schema: PlainObject): PlainObject {
  const rank = (keyword: string): number => {
    const first = FIRST.indexOf(keyword)
    return first >= 0 ? first : FIRST.length + 1 + LAST.indexOf(keyword)
  }
  return Object.fromEntries(Object.entries(schema).sort(([a], [b]) => rank(a) - rank(b)))
}
