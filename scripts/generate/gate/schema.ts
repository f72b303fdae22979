/**
 * The gate's reading of the definitions: JSON Schema for Ajv, with keywords of its own in place of slow ones.
 *
 * - `accept` is one check of a scalar, where `type`, `format`, `pattern` and `maxLength` would each cost a general one;
 * - `atMostOne` names fields of which one at most is set;
 * - `orNull` is `type: ["x", "null"]` for any schema, where `anyOf` would try branch after branch.
 */
import { MODEL_REFERENCE_FORMAT, NAME, PROJECT_PATTERN, type SchemaName } from '../../../src/schemas/index.js'
import { type Definition, isFreeObject, nameOf, RELAXED, relaxedName, withoutNull } from './definition.js'

/** A schema in the gate's vocabulary. */
export type GateSchema =
  | { readonly accept: Check }
  | { readonly orNull: GateSchema }
  | { readonly $ref: string }
  | { readonly type: 'array'; readonly items: GateSchema }
  | {
      readonly type: 'object'
      readonly required?: readonly string[]
      readonly properties?: Record<string, GateSchema>
      readonly atMostOne?: readonly string[]
    }
  | Record<string, never>

/** A check of a scalar: by its JSON type, as a member of an enumeration, or by what is asked of a text. */
export type Check =
  | { readonly is: 'string' | 'boolean' | 'stringOrInteger' }
  | { readonly is: 'integer' | 'number'; readonly minimum?: number; readonly maximum?: number }
  | { readonly is: 'member'; readonly of: SchemaName }
  | { readonly is: 'text'; readonly of: TextKind; readonly max?: number }

/** The kinds of text that are more than a string. */
export type TextKind = 'short' | 'name' | 'projectUrn' | 'modelReference' | 'dateTime' | 'url'

/** The gate's schema of a definition that has a name; in an answer the rules of requests do not hold. */
export function gateSchema(name: SchemaName, definition: Definition, isAnswer = definition.isAnswer): GateSchema {
  if (definition.enum !== undefined) return { accept: { is: 'member', of: name } }
  return definition.properties === undefined ? unnamed(definition, isAnswer) : model(definition, isAnswer)
}

function inner(definition: Definition, isAnswer: boolean | undefined): GateSchema {
  const { definition: held, nullable } = withoutNull(definition)
  const name = nameOf(held)
  const schema: GateSchema = name === undefined ? unnamed(held, isAnswer) : { $ref: referred(name, isAnswer) }
  return nullable ? { orNull: schema } : schema
}

function referred(name: SchemaName, isAnswer: boolean | undefined): string {
  return isAnswer === true && RELAXED.some(([relaxed]) => relaxed === name) ? relaxedName(name) : name
}

function unnamed(definition: Definition, isAnswer: boolean | undefined): GateSchema {
  const { type, anyOf, items } = definition
  if (Object.keys(definition).some((keyword) => !KEYWORDS.has(keyword))) return unknownKind(definition)
  if (anyOf !== undefined) return union(anyOf)
  if (isFreeObject(definition)) return { type: 'object' }
  if (type === 'array' && items !== undefined) return { type, items: inner(items, isAnswer) }
  if (type === 'string') return { accept: text(definition) }
  if (type === 'boolean') return { accept: { is: type } }
  if (type === 'integer' || type === 'number') return { accept: { is: type, ...bounds(definition) } }
  if (type === undefined) return {}
  return unknownKind(definition)
}

function model({ properties = {}, required = [], atMostOne }: Definition, isAnswer: boolean | undefined): GateSchema {
  const fields = Object.entries(properties).map(([name, field]) => [name, inner(field, isAnswer)])
  const schema = { type: 'object', required, properties: Object.fromEntries(fields) } as const
  return atMostOne === undefined || isAnswer === true ? schema : { ...schema, atMostOne: atMostOne.fields }
}

function union(branches: readonly Definition[]): GateSchema {
  const types = branches.map(({ type }) => type).join()
  return types === 'string,integer' ? { accept: { is: 'stringOrInteger' } } : unknownKind({ anyOf: branches })
}

function bounds({ minimum, maximum }: Definition): { minimum?: number; maximum?: number } {
  return { ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) }
}

function text(definition: Definition): Check {
  const { format, pattern, maxLength } = definition
  if (format === undefined && pattern === undefined && maxLength === undefined) return { is: 'string' }
  const of = TEXT_KINDS[format ?? pattern ?? 'maxLength'] ?? unknownKind(definition)
  if (UNBOUNDED.has(of) !== (maxLength === undefined)) return unknownKind(definition)
  return { is: 'text', of, ...(maxLength !== undefined && { max: maxLength }) }
}

/** The kind of text of each format and pattern that the definitions know. */
const TEXT_KINDS: Readonly<Record<string, TextKind>> = {
  maxLength: 'short',
  [NAME.pattern]: 'name',
  [PROJECT_PATTERN]: 'projectUrn',
  [MODEL_REFERENCE_FORMAT]: 'modelReference',
  'date-time': 'dateTime',
  uri: 'url',
}

/** The kinds of text whose form bounds their length. */
const UNBOUNDED: ReadonlySet<TextKind> = new Set(['dateTime', 'url'])

/** What the gate understands of a definition without a name; another keyword would be a rule that it breaks. */
const KEYWORDS: ReadonlySet<string> = new Set([
  ...['type', 'anyOf', 'items', 'patternProperties', 'minimum', 'maximum', 'format', 'pattern', 'maxLength'],
  ...['title', 'description', 'default'],
])

function unknownKind(definition: Definition): never {
  throw new TypeError(`the gate has no check for ${JSON.stringify(definition)}`)
}
