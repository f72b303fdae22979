/** A schema or a document as plain JSON data: what `JSON.stringify` writes and `JSON.parse` reads, unchanged. */
export type PlainObject = { [key: string]: PlainValue }

/** A JSON value. */
export type PlainValue = string | number | boolean | null | PlainValue[] | PlainObject

/** Whether a value is a JSON object: not `null` and not an array. */
export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
