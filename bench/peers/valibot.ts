import * as v from 'valibot'
import { type Definition, withoutNull } from './definition.js'
import { isOptional, type Peer } from './peer.js'

type Schema = v.GenericSchema

/** Valibot: objects drop fields that they do not know, and defaults are filled in. */
export function valibot(definition: Definition): Peer {
  const schema = convert(definition)
  return {
    name: 'Valibot',
    is: (value) => v.is(schema, value),
    validate: (value) => v.safeParse(schema, value).output,
    errors: (value) => v.safeParse(schema, value).issues ?? [],
  }
}

function convert(definition: Definition): Schema {
  const { definition: held, nullable } = withoutNull(definition)
  const schema = convertHeld(held)
  return nullable ? v.nullable(schema) : schema
}

function convertHeld(definition: Definition): Schema {
  const { type, anyOf, items, properties } = definition
  if (anyOf !== undefined) return v.union(anyOf.map(convert))
  if (definition.enum !== undefined) return v.picklist(definition.enum)
  if (type === 'array' && items !== undefined) return v.array(convert(items))
  if (type === 'object' && properties === undefined) return v.record(v.string(), v.unknown())
  if (type === 'object')
    return definition.additionalProperties ? v.looseObject(fieldsOf(definition)) : v.object(fieldsOf(definition))
  if (type === 'string') return text(definition)
  if (type === 'integer') return bounded(v.pipe(v.number(), v.safeInteger()), definition)
  if (type === 'number') return bounded(v.number(), definition)
  return type === 'boolean' ? v.boolean() : v.unknown()
}

function fieldsOf(definition: Definition): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(definition.properties ?? {}).map(([name, field]): [string, Schema] => {
      const schema = convert(field)
      if (field.default !== undefined) return [name, v.optional(schema, field.default)]
      return [name, isOptional(definition, name) ? v.optional(schema) : schema]
    }),
  )
}

function text({ format, pattern, maxLength }: Definition): Schema {
  if (format === 'date-time') return v.pipe(v.string(), v.isoTimestamp())
  if (format === 'uri') return v.pipe(v.string(), v.url())
  if (maxLength === undefined) return v.string()
  const limit = v.maxLength<string, number>(maxLength)
  return pattern === undefined ? v.pipe(v.string(), limit) : v.pipe(v.string(), limit, v.regex(new RegExp(pattern)))
}

function bounded(schema: v.GenericSchema<number>, { minimum, maximum }: Definition): Schema {
  const lower = minimum === undefined ? schema : v.pipe(schema, v.minValue(minimum))
  return maximum === undefined ? lower : v.pipe(lower, v.maxValue(maximum))
}
