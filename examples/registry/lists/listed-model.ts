import type { ModelEntity } from 'model-entity'

/** Fields whose values are free data: a null in them means something. */
const FREE_DATA = new Set(['custom_fields', 'ownership'])

/** A model as it stands in a list: its fields without a value are left out, as the platform does. */
export function listedModel(model: ModelEntity): ModelEntity {
  return withoutNulls(model) as ModelEntity
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(kept.map(([name, member]) => [name, FREE_DATA.has(name) ? member : withoutNulls(member)]))
}
