import { DEFAULT_MAX_DEPTH } from '../json/read-json.js'
import { quoted, typeName } from '../options/index.js'

/**
 * Writes a request as JSON. Like `JSON.stringify`, except that nothing changes in silence: `NaN`, a `Date`, `undefined` in an array and
 * everything else that is not plain data throws, and a `bigint` is written as an integer. A field that is `undefined` is left out.
 *
 * @throws TypeError for a value that JSON cannot represent, with its place
 */
export function writeBody(value: unknown): string {
  return write(value, 'request', 0)
}

/** Values are at most 1,000 levels deep, so recursion is safe. */
function write(value: unknown, place: string, depth: number): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    case 'number':
      if (!Number.isFinite(value)) throw unwritable(place, String(value))
      return JSON.stringify(value)
    case 'bigint':
      return String(value)
    case 'object':
      return value === null ? 'null' : writeContainer(value, place, depth)
    default:
      throw unwritable(place, typeName(value))
  }
}

function writeContainer(value: object, place: string, depth: number): string {
  if (depth >= DEFAULT_MAX_DEPTH) throw new TypeError('`request` is nested too deeply, or contains itself')
  if (Array.isArray(value)) {
    // `from` also visits the holes of an array.
    const items = Array.from(value, (item: unknown, at) => write(item, `${place}[${at}]`, depth + 1))
    return `[${items.join(',')}]`
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw unwritable(place, typeName(value))
  const fields = Object.entries(value).flatMap(([key, field]: [string, unknown]) =>
    field === undefined ? [] : [`${JSON.stringify(key)}:${write(field, `${place}[${quoted(key)}]`, depth + 1)}`],
  )
  return `{${fields.join(',')}}`
}

function unwritable(place: string, found: string): TypeError {
  return new TypeError(`\`${place}\` cannot be written as JSON: it is ${found}`)
}
