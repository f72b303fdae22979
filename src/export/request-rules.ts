import { isPlainObject, type PlainObject } from './plain-data.js'

/**
 * How a schema says a rule that holds in requests alone (`atMostOne`): as an assertion; in its description, where requests and
 * answers share the schema, as in an OpenAPI document; or not at all, where it describes an answer.
 */
export type RequestRules = 'asserted' | 'described' | 'omitted'

/** The form for a definition on its own: an answer in it, which shares its schemas, leaves nothing to assert. */
export function rulesFor(definition: object): RequestRules {
  return holdsAnswer(definition) ? 'omitted' : 'asserted'
}

function holdsAnswer(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false
  return ('isAnswer' in schema && schema.isAnswer === true) || Object.values(schema).some(holdsAnswer)
}

/** A schema with its rule; `rule` is what its definition has as `atMostOne`. */
export function withRule(schema: PlainObject, rule: unknown, form: RequestRules): PlainObject {
  const names = isPlainObject(rule) && Array.isArray(rule['fields']) ? rule['fields'].map(String) : []
  if (names.length === 0 || form === 'omitted') return schema
  if (form === 'described') {
    const sentence = `Of ${names.map((name) => `\`${name}\``).join(' and ')} a request may set only one.`
    return { ...schema, description: [schema['description'], sentence].filter(Boolean).join(' ') }
  }
  const pairs = names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other]))
  const assertions = pairs.map((pair) => ({ not: bothSet(pair) }))
  const [only, ...more] = assertions
  return more.length > 0 ? { ...schema, allOf: assertions } : { ...schema, ...only }
}

/** Null is as good as absent. */
function bothSet(names: readonly string[]): PlainObject {
  const properties = Object.fromEntries(names.map((name) => [name, { not: { type: 'null' } }]))
  return { required: [...names], properties }
}
