import { isObject } from '../architecture/config-object.js'
import type { ConfigObject } from '../architecture/index.js'

/** The object under a name, or `undefined`. */
export function objectIn(value: ConfigObject | undefined, name: string): ConfigObject | undefined {
  const inner = value && Object.hasOwn(value, name) ? value[name] : undefined
  return isObject(inner) ? inner : undefined
}

/** The text under a name, or `undefined`. */
export function textIn(value: ConfigObject | undefined, name: string): string | undefined {
  const inner = value && Object.hasOwn(value, name) ? value[name] : undefined
  return typeof inner === 'string' ? inner : undefined
}

/** The number under a name, or `undefined`. */
export function numberIn(value: ConfigObject | undefined, name: string): number | undefined {
  const inner = value && Object.hasOwn(value, name) ? value[name] : undefined
  return typeof inner === 'number' ? inner : undefined
}

/** The texts of a list; none for anything else. */
export function textsIn(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
}
