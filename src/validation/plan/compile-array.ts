import type { ListPlan, Plan } from './plan.js'
import { type CompileAt, known, type Schema, unsupported } from './schema.js'

/** A list, or a tuple: items given one by one, with `prefixItems` or, before JSON Schema 2020-12, `items`. */
export function arrayPlan(schema: Schema, place: string, planAt: CompileAt): Plan {
  const { items, prefixItems, minItems, maxItems } = schema
  if (Array.isArray(prefixItems)) return tuplePlan(schema, place, planAt, prefixItems, 'prefixItems', items)
  if (Array.isArray(items)) return tuplePlan(schema, place, planAt, items, 'items', schema['additionalItems'])
  known(schema, place, ['items', 'minItems', 'maxItems'])
  if (Number(minItems) > Number(maxItems)) throw unsupported(place, 'minItems above maxItems')
  let plan: ListPlan = { kind: 'list', items: planAt(items ?? {}, `${place}/items`) }
  if (typeof minItems === 'number') plan = { ...plan, minItems }
  if (typeof maxItems === 'number') plan = { ...plan, maxItems }
  return plan
}

/** A tuple of a fixed length. Every item is required, and there are no more. */
function tuplePlan(
  schema: Schema,
  place: string,
  planAt: CompileAt,
  items: readonly unknown[],
  keyword: string,
  others: unknown,
): Plan {
  known(schema, place, ['items', 'prefixItems', 'additionalItems', 'unevaluatedItems', 'minItems', 'maxItems'])
  const { minItems, maxItems, unevaluatedItems } = schema
  if (minItems !== items.length) throw unsupported(place, `a tuple of ${items.length} without minItems ${items.length}`)
  const isClosed = others === false || unevaluatedItems === false || maxItems === items.length
  if (!isClosed || (maxItems ?? items.length) !== items.length) throw unsupported(place, 'a tuple with more items')
  return { kind: 'tuple', items: items.map((item, index) => planAt(item, `${place}/${keyword}/${index}`)) }
}
