import { typeName } from '../options/index.js'

/**
 * Whether JSON cannot represent a value: a function, a symbol, or an object that is more than its fields, such as a `Date` or a
 * `Map`. A `Number` object counts as a number: see `WrittenFloat`.
 */
export function isNotJson(value: unknown): boolean {
  if (typeof value !== 'object') return typeof value === 'function' || typeof value === 'symbol'
  if (value === null || Array.isArray(value)) return false
  const tag = Object.prototype.toString.call(value)
  return tag !== '[object Object]' && tag !== '[object Number]'
}

/** Whether an object is a class instance. In free data, the meaning of its fields is unknown. Works across realms. */
export function isInstance(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return false
  return prototype !== null && typeof prototype === 'object' && Object.getPrototypeOf(prototype) !== null
}

/** The error to throw for such a value: it is a mistake of the caller, not a response of the service. */
export function notJson(path: readonly (string | number)[], value: unknown): TypeError {
  const what =
    typeof value === 'object' && value !== null && !isNotJson(value) ? 'an instance of a class' : typeName(value)
  return new TypeError(`\`${path.join('.')}\` is ${what}, which no JSON text can hold: ${HELP}`)
}

const HELP = 'pass a value as `JSON.parse` returns it, with times as ISO 8601 text'
