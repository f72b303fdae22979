import type { PlainObject } from './plain-data.js'

/** `null` in JSON Schema: one more type, or one more alternative if the schema is a reference. */
export function byType(schema: PlainObject): PlainObject {
  if (typeof schema['type'] === 'string' && schema['enum'] === undefined) {
    return { ...schema, type: [schema['type'], 'null'] }
  }
  return orAlternative(schema, { type: 'null' })
}

/**
 * `null` in OpenAPI 3.0: `nullable`. By the clarification in 3.0.3 it works beside a `type` only. Beside a reference every tool that
 * was tried reads it as meant, and five generators fail on an alternative that is only `null`.
 */
export function byKeyword(schema: PlainObject): PlainObject {
  if (typeof schema['type'] === 'string' && schema['enum'] === undefined) return { ...schema, nullable: true }
  if (schema['$ref'] !== undefined) return { nullable: true, allOf: [schema] }
  return orAlternative(schema, { type: 'object', nullable: true, enum: [null] })
}

function orAlternative(schema: PlainObject, alternative: PlainObject): PlainObject {
  const alternatives = schema['anyOf']
  return Array.isArray(alternatives)
    ? { ...schema, anyOf: [...alternatives, alternative] }
    : { anyOf: [schema, alternative] }
}
