/** Writes names, keys, values and conditions as JavaScript source. */
import * as runtime from '../../../src/validation/fast-path/runtime.js'

/**
 * A field of the object in an expression. Inherited properties do not count as fields.
 *
 * @param module - the module of the expression, which imports the helpers it needs
 */
export function property(object: string, name: string, module: { helper(name: 'ownField'): string }): string {
  if (isInherited(name)) return `${module.helper('ownField')}(${object}, ${JSON.stringify(name)})`
  return isIdentifier(name) ? `${object}.${name}` : `${object}[${JSON.stringify(name)}]`
}

/** Whether every object inherits something with a name. */
export function isInherited(name: string): boolean {
  return name in Object.prototype
}

/** A key of an object literal. A plain `__proto__` would set the prototype. */
export function key(name: string): string {
  if (name === '__proto__') return '["__proto__"]'
  return isIdentifier(name) ? name : JSON.stringify(name)
}

/** A local variable for a single field: its own name if that is free, otherwise a name with its position. */
export function local(name: string, position: number): string {
  return /^[a-z][a-z0-9_]*$/.test(name) && !TAKEN.has(name) ? name : `field${position}`
}

/** A text as part of an identifier. */
export function identifier(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_]/g, '_')
}

/**
 * Plain data as an expression that creates new data each time.
 *
 * @param nameOf - the variable that already contains a part, if there is one
 */
export function literal(value: unknown, nameOf: (part: object) => string | undefined = () => undefined): string {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : JSON.stringify(value)
  const name = nameOf(value)
  if (name !== undefined) return name
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, nameOf)).join(', ')}]`
  const entries = Object.entries(value).map(([field, item]) => `${key(field)}: ${literal(item, nameOf)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

/** True if one of the conditions is. */
export function either(conditions: readonly string[]): string {
  if (conditions.includes('true')) return 'true'
  const [only = 'false', ...more] = conditions
  return more.length === 0 ? only : `(${conditions.map((one) => (one.includes('&&') ? `(${one})` : one)).join(' || ')})`
}

/** The negation of a condition, as short as possible. */
export function not(condition: string): string {
  if (/^typeof [\w.]+ === "\w+"$/.test(condition)) return condition.replace('===', '!==')
  return /^[\w.]+\([^()]*\)$/.test(condition) ? `!${condition}` : `!(${condition})`
}

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name) && name !== '__proto__'
}

/** Reserved words of JavaScript, and names that the generated functions use. */
const TAKEN: ReadonlySet<string> = new Set([
  ...'arguments async await break case catch class const continue debugger default delete do else enum eval export'.split(
    ' ',
  ),
  ...'extends false finally for function if implements import in instanceof interface let new null of package'.split(
    ' ',
  ),
  ...'private protected public return static super switch this throw true try typeof undefined var void'.split(' '),
  ...'while with yield data field item items index value values'.split(' '),
  ...Object.keys(runtime),
])
