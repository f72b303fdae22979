import { setField } from './record.js'

/**
 * Converts an input for an error so that `JSON.stringify` can write it. An integer that no JavaScript number can hold becomes the
 * nearest number, which is what JavaScript would read from the response of the service. Who writes the response with `writeJson` keeps it.
 *
 * @param keepsIntegers - whether such integers stay as they are
 * @param seen - the converted values so far, because errors of one object often show the same input
 */
export function shownInput(input: unknown, seen: Map<object, unknown>, keepsIntegers?: boolean): unknown {
  if (typeof input !== 'object' || input === null) return shownScalar(input, keepsIntegers)
  if (input instanceof Number) return Number(input)
  const known = seen.get(input)
  if (known !== undefined) return known
  const target: unknown[] | Record<string, unknown> = Array.isArray(input) ? [] : {}
  seen.set(input, target)
  const pending: { readonly source: object; readonly target: unknown[] | Record<string, unknown> }[] = [
    { source: input, target },
  ]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const [key, value] of Object.entries(next.source)) {
      if (isHiddenKey(key)) continue
      let plain: unknown
      if (typeof value === 'object' && value !== null && !(value instanceof Number)) {
        const inner: unknown[] | Record<string, unknown> = Array.isArray(value) ? [] : {}
        pending.push({ source: value, target: inner })
        plain = inner
      } else {
        plain = value instanceof Number ? Number(value) : shownScalar(value, keepsIntegers)
      }
      if (Array.isArray(next.target)) next.target.push(plain)
      else setField(next.target, key, plain)
    }
  }
  return target
}

function shownScalar(scalar: unknown, keepsIntegers?: boolean): unknown {
  return typeof scalar === 'bigint' && !keepsIntegers ? Number(scalar) : scalar
}

/** FastAPI's encoder treats these as internal keys of SQLAlchemy, and leaves them out of errors. */
export function isHiddenKey(key: string): boolean {
  return key.startsWith('_sa')
}
