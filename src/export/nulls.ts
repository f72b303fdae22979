import type { PlainObject } from './plain-data.js'

/** `null` as JSON Schema says it: one more type, or one more alternative where the schema is a reference. */
export function byType(schema: PlainObject): PlainObject {
  if (typeof schema['type'] === 'string' && schema['enum'] === undefined) {
    return { ...schema, type: [schema['type'], 'null'] }
  }
  return orAlternative(schema, { type: 'null' })
}

/**
 * `null` as OpenAPI 3.0 says it: `nullable`, which works beside a `type` only (so the clarification in 3.0.3). A reference
 * therefore gets an alternative that takes nothing but `null`.
 */
export function byKeyword(schema: PlainObject): PlainObject {
  if (typeof schema['type'] === 'string' && schema['enum'] === undefined) return { ...schema, nullable: true }
  return orAlternative(schema, { type: 'object', nullable: true, enum: [null] })
}

function orAlternative(schema: PlainObject, alternative: PlainObject): PlainObject {
  const alternatives = schema['anyOf']
  return Array.isArray(alternatives)
    ? { ...schema, anyOf: [...alternatives, alternative] }
    : { anyOf: [schema, alternative] }
}
