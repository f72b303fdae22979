import type { Json } from './json.js'
import { ref } from './responses.js'

/**
 * A schema of a request as pydantic reads it: `"8"` and `true` are integers, `"yes"` and 0 are booleans. A document that only knows the
 * types themselves would call such requests wrong, and they are accepted.
 *
 * @param rename - gives the name of the schema for a schema that is referred to
 */
export function lax(schema: Json, rename: (name: string) => string): Json {
  const inner = (part: unknown) => lax(part as Json, rename)
  const { properties, anyOf, items, $ref } = schema
  if (typeof $ref === 'string') return { ...schema, ...ref(rename($ref.slice($ref.lastIndexOf('/') + 1))) }
  const copy: Json = {
    ...schema,
    ...(Array.isArray(anyOf) && { anyOf: anyOf.map(inner) }),
    ...(items !== undefined && { items: inner(items) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(Object(properties)).map(([name, part]) => [name, inner(part)])),
    }),
  }
  const { description, default: value, ...strict } = copy
  const more = spellings(schema)
  if (more.length === 0) return copy
  const kept = { ...(description !== undefined && { description }), ...('default' in copy && { default: value }) }
  return { ...kept, anyOf: [strict, ...more] }
}

/** The other ways to write a scalar, as far as patterns can say them. */
function spellings({ type, minimum, maximum }: Json): Json[] {
  const types = [type].flat()
  if (types.includes('boolean')) return [{ enum: [0, 1] }, { type: 'string', pattern: BOOLEAN }]
  if (types.includes('integer') && minimum === 1) return [{ enum: [true] }, { type: 'string', pattern: POSITIVE }]
  if (types.includes('integer')) return [{ type: 'boolean' }, { type: 'string', pattern: INTEGER }]
  if (types.includes('number'))
    return [{ type: 'boolean' }, { type: 'string', pattern: maximum === 1 ? TO_ONE : TO_TWO }]
  return []
}

const BOOLEAN =
  '^(?:[01]|[FfTtNnYy]|[Oo][Nn]|[Oo][Ff][Ff]|[Nn][Oo]|[Yy][Ee][Ss]|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$'
const INTEGER = '^ {0,9}[+-]?[0-9]{1,15} {0,9}$'
const POSITIVE = '^[1-9][0-9]{0,14}$'
const TO_ONE = '^(?:1|0|0\\.[0-9]{1,15})$'
const TO_TWO = '^(?:2|[01](?:\\.[0-9]{1,15})?)$'
