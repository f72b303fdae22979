import { typeName } from '../options/index.js'

/**
 * Whether a value is nothing that a JSON text can hold: a function, a symbol, or an object that is more than its fields, such as a
 * `Date` or a `Map`. A `Number` object stands for a number: see `WrittenFloat`.
 */
export function isNotJson(value: unknown): boolean {
  if (typeof value !== 'object') return typeof value === 'function' || typeof value === 'symbol'
  if (value === null || Array.isArray(value)) return false
  const tag = Object.prototype.toString.call(value)
  return tag !== '[object Object]' && tag !== '[object Number]'
}

/** Whether an object is one of a class of its own: in free data nobody knows what its fields mean. Realms do not matter. */
export function isInstance(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype !== null && typeof prototype === 'object' && Object.getPrototypeOf(prototype) !== null
}

/** What is thrown for such a value: it is the caller's mistake, and no answer of the service. */
export function notJson(path: readonly (string | number)[], value: unknown): TypeError {
  const what =
    typeof value === 'object' && value !== null && !isNotJson(value) ? 'an instance of a class' : typeName(value)
  return new TypeError(`\`${path.join('.')}\` is ${what}, which no JSON text can hold: ${HELP}`)
}

const HELP = 'pass what `JSON.parse` would make of the body, a time as its ISO 8601 text'
