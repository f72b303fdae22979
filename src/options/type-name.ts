/** The type of a value, for a message. Never its content, which may be a secret. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  const type = typeof value
  if (type !== 'object') return `a ${type}`
  if (Array.isArray(value)) return 'an array'
  const name = Object.prototype.toString.call(value).slice(8, -1)
  return name === 'Object' ? 'an object' : `an object of type ${name}`
}
