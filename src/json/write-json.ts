/**
 * Writes plain data as JSON, like `JSON.stringify`, but keeps what a reader with exact integers can tell apart: a `bigint` is the
 * integer that it is, and a whole number beyond 2^53 - 1 the float that it is, as Python writes it. For values that were read with
 * `integers: 'bigint'`.
 *
 * @throws TypeError for a value that JSON cannot represent, RangeError for one that contains itself
 * @example
 * writeJson({ id: 2n ** 64n, size: 2 ** 64 }) // '{"id":18446744073709551616,"size":1.8446744073709552e+19}'
 */
export function writeJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return numberText(value)
  if (Array.isArray(value)) return `[${value.map((item) => (isAbsent(item) ? 'null' : writeJson(item))).join(',')}]`
  if (typeof value === 'object' && value !== null && !hasToJson(value)) {
    const fields = Object.entries(value).filter(([, field]) => !isAbsent(field))
    return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${writeJson(field)}`).join(',')}}`
  }
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) throw new TypeError(`JSON cannot represent a value of type ${typeof value}`)
  return text
}

function numberText(number: number): string {
  if (!Number.isInteger(number) || Number.isSafeInteger(number)) return JSON.stringify(number)
  return Math.abs(number) < 1e16 ? `${number}.0` : number.toExponential()
}

function hasToJson(value: object): boolean {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}

/** What `JSON.stringify` leaves out of an object. */
function isAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'function' || typeof value === 'symbol'
}
