/** An object from an untrusted JSON file, such as a `config.json`: it may have any fields, of any type. */
export type ConfigObject = Readonly<Record<string, unknown>>

/** Whether a value is a JSON object: not null and not a list. */
export function isObject(value: unknown): value is ConfigObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
