import { ArkErrors, type } from 'arktype'
import { type Definition, withoutNull } from './definition.js'
import { isOptional, type Peer } from './peer.js'

type Schema = type.Any

/** ArkType, which answers the value that it was given and copies nothing. */
export function arktype(definition: Definition): Peer {
  const schema = convert(definition)
  return {
    name: 'ArkType',
    is: (value) => schema.allows(value),
    validate: (value) => schema(value),
    errors: (value) => {
      const result = schema(value)
      return result instanceof ArkErrors ? [...result] : []
    },
  }
}

function convert(definition: Definition): Schema {
  const { definition: held, nullable } = withoutNull(definition)
  const schema = convertHeld(held)
  return nullable ? schema.or(type.null) : schema
}

function convertHeld(definition: Definition): Schema {
  const { type: kind, anyOf, items, properties } = definition
  if (anyOf !== undefined) return anyOf.map(convert).reduce((union, branch) => union.or(branch))
  if (definition.enum !== undefined) return type.enumerated(...definition.enum)
  if (kind === 'array' && items !== undefined) return convert(items).array()
  if (kind === 'object' && properties === undefined) return type({ '[string]': 'unknown' })
  if (kind === 'object') return type(fieldsOf(definition))
  if (kind === 'string') return text(definition)
  if (kind === 'integer') return bounded(type.keywords.number.integer, definition)
  if (kind === 'number') return bounded(type.number, definition)
  return kind === 'boolean' ? type.boolean : type.unknown
}

function fieldsOf(definition: Definition): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(definition.properties ?? {}).map(([name, field]) => [
      isOptional(definition, name) ? `${name}?` : name,
      convert(field),
    ]),
  )
}

function text({ format, pattern, maxLength }: Definition): Schema {
  if (format === 'date-time') return type.keywords.string.date.iso.root
  if (format === 'uri') return type.keywords.string.url.root
  const limited = maxLength === undefined ? type.string : type.string.atMostLength(maxLength)
  return pattern === undefined ? limited : limited.matching(new RegExp(pattern))
}

function bounded(schema: Schema, { minimum, maximum }: Definition): Schema {
  const lower = minimum === undefined ? schema : schema.and(type(`number >= ${minimum}`))
  return maximum === undefined ? lower : lower.and(type(`number <= ${maximum}`))
}
