/** A schema with its tuple, if it is one, in the form of a dialect: `prefixItems` and `items`, or before 2020-12 `items` and `additionalItems`. */
export function withTuple(
  schema: { readonly [keyword: string]: unknown },
  keyword: 'prefixItems' | 'items',
): { readonly [keyword: string]: unknown } {
  const { items, prefixItems, additionalItems, ...rest } = schema
  const [members, others] = Array.isArray(items) ? [items, additionalItems] : [prefixItems, items]
  if (!Array.isArray(members)) return schema
  const further = keyword === 'items' ? 'additionalItems' : 'items'
  return { ...rest, [keyword]: members, ...(others !== undefined && { [further]: others }) }
}
