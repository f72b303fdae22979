import { z } from 'zod'
import { type Definition, withoutNull } from './definition.js'
import { isOptional, type Peer } from './peer.js'

/** Zod 4: objects drop fields that they do not know, and defaults are filled in. */
export function zod(definition: Definition): Peer {
  const schema = convert(definition)
  return {
    name: 'Zod 4',
    is: (value) => schema.safeParse(value).success,
    validate: (value) => schema.safeParse(value).data,
    errors: (value) => schema.safeParse(value).error?.issues ?? [],
  }
}

/** The schema of a definition. */
export function zodSchema(definition: Definition): z.ZodType {
  return convert(definition)
}

function convert(definition: Definition): z.ZodType {
  const { definition: held, nullable } = withoutNull(definition)
  const schema = convertHeld(held)
  return nullable ? schema.nullable() : schema
}

function convertHeld(definition: Definition): z.ZodType {
  const { type, anyOf, items, properties } = definition
  if (anyOf !== undefined) return z.union(anyOf.map(convert))
  if (definition.enum !== undefined) return z.enum([...definition.enum])
  if (type === 'array' && items !== undefined) return z.array(convert(items))
  if (type === 'object' && properties === undefined) return z.record(z.string(), z.unknown())
  if (type === 'object')
    return definition.additionalProperties ? z.looseObject(fieldsOf(definition)) : z.object(fieldsOf(definition))
  if (type === 'string') return text(definition)
  if (type === 'integer') return bounded(z.int(), definition)
  if (type === 'number') return bounded(z.number(), definition)
  return type === 'boolean' ? z.boolean() : z.unknown()
}

function fieldsOf(definition: Definition): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(definition.properties ?? {}).map(([name, field]) => {
      const schema = convert(field)
      if (field.default !== undefined) return [name, schema.default(field.default)]
      return [name, isOptional(definition, name) ? schema.optional() : schema]
    }),
  )
}

function text({ format, pattern, maxLength }: Definition): z.ZodType {
  if (format === 'date-time') return z.iso.datetime()
  if (format === 'uri') return z.url()
  const limited = maxLength === undefined ? z.string() : z.string().max(maxLength)
  return pattern === undefined ? limited : limited.regex(new RegExp(pattern))
}

function bounded(schema: z.ZodNumber, { minimum, maximum }: Definition): z.ZodNumber {
  const lower = minimum === undefined ? schema : schema.min(minimum)
  return maximum === undefined ? lower : lower.max(maximum)
}
