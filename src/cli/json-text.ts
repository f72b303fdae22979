/**
 * A value as JSON text: as `JSON.stringify` writes it, but integers beyond 2^53, which are `bigint`, with every digit.
 * Validated values are at most 1,000 levels deep, so that recursion is safe.
 */
export function jsonText(value: unknown, indent = ''): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const inner = `${indent}  `
  const isList = Array.isArray(value)
  const rows = isList
    ? value.map((item) => inner + jsonText(item, inner))
    : Object.entries(value)
        .filter(([, field]) => field !== undefined)
        .map(([key, field]) => `${inner}${JSON.stringify(key)}: ${jsonText(field, inner)}`)
  const [open, close] = isList ? '[]' : '{}'
  return rows.length === 0 ? `${open}${close}` : `${open}\n${rows.join(',\n')}\n${indent}${close}`
}
