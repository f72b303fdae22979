import { isPlainObject, type PlainObject } from './plain-data.js'

/**
 * How a schema expresses a rule for requests only (`atMostOne`): as an assertion; in the description, if requests and
 * responses share the schema, as in an OpenAPI document; or not at all, if the schema describes a response.
 */
export type RequestRules = 'asserted' | 'described' | 'omitted'

/** The form for a single definition. If it contains a response, which shares its schemas, nothing is asserted. */
export function rulesFor(definition: object): RequestRules {
  return holdsAnswer(definition) ? 'omitted' : 'asserted'
}

function holdsAnswer(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false
  return ('isAnswer' in schema && schema.isAnswer === true) || Object.values(schema).some(holdsAnswer)
}

/** Adds the rule to a schema. `rule` is the `atMostOne` of its definition. */
export function withRule(schema: PlainObject, rule: unknown, form: RequestRules): PlainObject {
  const names = isPlainObject(rule) && Array.isArray(rule['fields']) ? rule['fields'].map(String) : []
  if (names.length === 0 || form === 'omitted') return schema
  if (form === 'described') {
    const sentence = `A request may set only one of ${names.map((name) => `\`${name}\``).join(' and ')}.`
    return { ...schema, description: [schema['description'], sentence].filter(Boolean).join(' ') }
  }
  const pairs = names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other]))
  const assertions = pairs.map((pair) => ({ not: bothSet(pair) }))
  const [only, ...more] = assertions
  return more.length > 0 ? { ...schema, allOf: assertions } : { ...schema, ...only }
}

/** Null counts as absent. */
function bothSet(names: readonly string[]): PlainObject {
  const properties = Object.fromEntries(names.map((name) => [name, { not: { type: 'null' } }]))
  return { required: [...names], properties }
}
