/** An object of a JSON file that someone else wrote, such as a `config.json`: any field may be there, of any type. */
export type ConfigObject = Readonly<Record<string, unknown>>

/** Whether a value is a JSON object: not null, and no list. */
export function isObject(value: unknown): value is ConfigObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
