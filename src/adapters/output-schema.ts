import { isPlainObject, type PlainObject, type PlainValue } from '../export/plain-data.js'
import { isSchemaName } from '../schemas/index.js'
import type { Plan } from '../validation/plan/plan.js'
import { planOf } from '../validation/plan/plan-of.js'

/**
 * The JSON Schema of what validation answers: like that of what is given, but a field that has a default, or is null where it is absent,
 * is always there.
 */
export function outputSchema(schema: PlainObject, plan: Plan): PlainObject {
  const shown = withRequired(schema, plan)
  for (const keyword of ['$defs', 'definitions']) {
    const definitions = schema[keyword]
    if (isPlainObject(definitions)) shown[keyword] = mapFields(definitions, ofDefinition)
  }
  return shown
}

function ofDefinition(schema: PlainValue, name: string): PlainValue {
  return isSchemaName(name) && isPlainObject(schema) ? withRequired(schema, planOf(name)) : schema
}

/** Follows a schema and the plan of the same definition. What a `$ref` points to is treated where it stands. */
function withRequired(schema: PlainObject, plan: Plan): PlainObject {
  switch (plan.kind) {
    case 'nullable':
      return withMembers(schema, plan.inner)
    case 'list':
      return withPart(schema, 'items', plan.items)
    case 'record':
      return withPart(schema, 'additionalProperties', plan.values)
    case 'model': {
      const { properties } = schema
      if (!isPlainObject(properties)) return schema
      const plans = new Map(plan.fields.map((field) => [field.name, field.plan]))
      const always = plan.fields.filter((field) => field.required || field.default !== undefined)
      const within = (field: PlainValue, name: string): PlainValue => {
        const inner = plans.get(name)
        return inner !== undefined && isPlainObject(field) ? withRequired(field, inner) : field
      }
      const required = always.map(({ name }) => name)
      return { ...schema, properties: mapFields(properties, within), ...(required.length > 0 && { required }) }
    }
    default:
      return schema
  }
}

/** A nullable schema is an alternative, or a list of types. */
function withMembers(schema: PlainObject, inner: Plan): PlainObject {
  const { anyOf } = schema
  if (!Array.isArray(anyOf)) return withRequired(schema, inner)
  return { ...schema, anyOf: anyOf.map((member) => (isPlainObject(member) ? withRequired(member, inner) : member)) }
}

function withPart(schema: PlainObject, keyword: 'items' | 'additionalProperties', plan: Plan): PlainObject {
  const part = schema[keyword]
  return isPlainObject(part) ? { ...schema, [keyword]: withRequired(part, plan) } : schema
}

function mapFields(fields: PlainObject, change: (value: PlainValue, name: string) => PlainValue): PlainObject {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value, name)]))
}
