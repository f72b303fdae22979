/** An object of a JSON file that someone else wrote: any field may be there, of any type. */
export type ConfigObject = Readonly<Record<string, unknown>>

/** Whether a value is a JSON object: not null, and no list. */
export function isObject(value: unknown): value is ConfigObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object under a name, where there is one. */
export function objectIn(value: ConfigObject | undefined, name: string): ConfigObject | undefined {
  const inner = value && Object.hasOwn(value, name) ? value[name] : undefined
  return isObject(inner) ? inner : undefined
}

/** The text under a name, where there is one. */
export function textIn(value: ConfigObject | undefined, name: string): string | undefined {
  const inner = value && Object.hasOwn(value, name) ? value[name] : undefined
  return typeof inner === 'string' ? inner : undefined
}

/** The number under a name, where there is one. */
export function numberIn(value: ConfigObject | undefined, name: string): number | undefined {
  const inner = value && Object.hasOwn(value, name) ? value[name] : undefined
  return typeof inner === 'number' ? inner : undefined
}
