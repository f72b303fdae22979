/** How the builder makes new values of what the gate took. */

import { setField } from './check.js'

/** A deep copy of a free value, `__proto__` a key like any other; a number that JSON cannot say becomes `null`. */
export function copyFree(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'number' && !Number.isFinite(value) ? null : value
  }
  if (Array.isArray(value)) return value.map(copyFree)
  const copy: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) setField(copy, key, copyFree(item))
  return copy
}

/** A model's known fields, and after them, in the order of `source`, those that it does not name. */
export function withExtras(
  known: Record<string, unknown>,
  source: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): Record<string, unknown> {
  for (const key of Object.keys(source)) if (!names.has(key)) setField(known, key, copyFree(source[key]))
  return known
}

/** A list with each item rebuilt. */
export function list(items: readonly unknown[], build: (item: unknown) => unknown): unknown[] {
  const copy = new Array<unknown>(items.length)
  for (let index = 0; index < items.length; index++) copy[index] = build(items[index])
  return copy
}

/** An integer; absent is `null`, and `-0` is 0, as to Python's integers. */
export function integerOrNull(value: number | null | undefined): number | null {
  return value || (value === 0 ? 0 : null)
}
