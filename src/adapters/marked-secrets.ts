import { MASK } from '../display/index.js'

/** The names of the fields that a definition marks as secret, at any depth: `writeOnly: true`, or `format: 'password'`. */
export function markedSecrets(definition: unknown): ReadonlySet<string> {
  const names = new Set<string>()
  const seen = new Set<unknown>()
  const pending: unknown[] = [definition]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next !== 'object' || next === null || seen.has(next)) continue
    seen.add(next)
    const properties: unknown = Reflect.get(next, 'properties')
    for (const [name, field] of Object.entries(Object(properties))) if (isMarked(field)) names.add(name)
    pending.push(...Object.values(next))
  }
  return names
}

function isMarked(field: unknown): boolean {
  const { writeOnly, format } = Object(field)
  return writeOnly === true || format === 'password'
}

/** Copies data or a list of errors with the values under these names masked. Values are at most 1,000 levels deep. */
export function maskMarked(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => maskMarked(item, names))
  if (typeof value !== 'object' || value === null) return value
  const loc: unknown = Reflect.get(value, 'loc')
  const isOfSecret = Array.isArray(loc) && loc.some((step) => names.has(step))
  const fields = Object.entries(value).map(([key, field]) => {
    const isSecret = (names.has(key) && field !== null) || (isOfSecret && key === 'input')
    return [key, isSecret ? MASK : maskMarked(field, names)]
  })
  return Object.fromEntries(fields)
}
