/** An own field of an object, even if every object inherits something with that name. */
export function ownField(data: object, name: string): unknown {
  return Object.hasOwn(data, name) ? Reflect.get(data, name) : undefined
}

/** Whether an object has no fields but these. */
export function hasOnly(data: Readonly<Record<string, unknown>>, isField: (key: string) => boolean): boolean {
  return Object.keys(data).every((key) => isField(key) || data[key] === undefined)
}

/** Whether every value of a record passes a check. */
export function everyValue(record: Readonly<Record<string, unknown>>, accepts: (value: unknown) => boolean): boolean {
  return Object.keys(record).every((key) => accepts(record[key]))
}
