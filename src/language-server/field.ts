/** What the definitions say about a field, and how that is written for people. */

import { schemaNode } from '../lint/schema-walk.js'
import type { SchemaName } from '../schemas/index.js'
import { PRECISIONS } from '../schemas/precisions.js'

/** The keywords of a definition that a text about it needs. */
export interface FieldSchema {
  readonly title?: string
  readonly description?: string
  readonly type?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly FieldSchema[]
  readonly items?: FieldSchema
  readonly properties?: Readonly<Record<string, FieldSchema>>
  readonly required?: readonly string[]
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
}

/** A field of a definition. */
export interface Field {
  readonly name: string
  readonly isRequired: boolean
  /** As the field has it: with the description of the field. */
  readonly schema: FieldSchema
}

/** A definition without its alternative of null. */
export function withoutNull(schema: FieldSchema): FieldSchema {
  return schema.anyOf?.find(({ type }) => type !== 'null') ?? schema
}

/** The definition of what a path leads to. Undefined in free data, and for an unknown field. */
export function schemaAt(model: SchemaName, path: readonly (string | number)[]): FieldSchema | undefined {
  let schema: FieldSchema | undefined = schemaNode(model) as FieldSchema
  for (const step of path) {
    const { properties = {}, items }: FieldSchema = withoutNull(schema)
    const next: FieldSchema | undefined =
      typeof step === 'number' ? items : Object.hasOwn(properties, step) ? properties[step] : undefined
    if (next === undefined) return undefined
    schema = next
  }
  return schema
}

/** The fields of a definition, in its order. Undefined if it has none of its own. */
export function fieldsOf(schema: FieldSchema): readonly Field[] | undefined {
  const { properties, required = [] } = withoutNull(schema)
  if (properties === undefined) return undefined
  return Object.entries(properties).map(([name, field]) => ({
    name,
    isRequired: required.includes(name),
    schema: field,
  }))
}

/** The field that a path leads to. Undefined for an item of a list. */
export function fieldAt(model: SchemaName, path: readonly (string | number)[]): Field | undefined {
  const holder = schemaAt(model, path.slice(0, -1))
  return holder && fieldsOf(holder)?.find(({ name }) => name === path.at(-1))
}

/** What a field may be, in a few words: `integer`, `list of LinearLayerSpec`. */
export function typeWords(schema: FieldSchema): string {
  const { type, title, enum: values, items, properties } = withoutNull(schema)
  if (values !== undefined) return title ?? 'one of some values'
  if (type === 'array') return items === undefined ? 'list' : `list of ${typeWords(items)}`
  if (properties !== undefined && title !== undefined) return title
  return WORDS[type ?? ''] ?? 'any value'
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'integer',
  number: 'number',
  boolean: 'true or false',
  object: 'free data',
}

/** The values that a definition lists for a field of scalars, and the known ones of a precision. */
export function valuesOf(schema: FieldSchema, name: string | number | undefined): readonly string[] {
  const { type, enum: values } = withoutNull(schema)
  if (values !== undefined) return values.map(String)
  if (type === 'boolean') return ['true', 'false']
  return name === 'precision' ? PRECISIONS : []
}

/** The documentation of a field, as Markdown. */
export function fieldDocumentation({ name, isRequired, schema }: Field): string {
  const own = withoutNull(schema)
  const facts = [typeWords(schema), ...(isRequired ? ['required'] : []), ...limitsOf(own)]
  const fallback = schema.default ?? own.default
  const isShown = fallback !== undefined && fallback !== null && typeof fallback !== 'object'
  const description = schema.description ?? own.description
  const values = own.enum ?? []
  return [
    `**${name}** · ${facts.join(', ')}`,
    ...(description === undefined ? [] : [description]),
    ...(values.length > 0 ? [`Values: ${values.map((value) => `\`${String(value)}\``).join(', ')}`] : []),
    ...(isShown ? [`Default: \`${String(fallback)}\``] : []),
  ].join('\n\n')
}

function limitsOf({ maxLength, minimum, maximum }: FieldSchema): string[] {
  return [
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
  ]
}
