/** How the fast path copies the values it accepted. */

import { isRecord, setField } from '../record.js'
import { writtenKey } from '../text.js'

/** A deep copy of a free value that the fast path accepts: see `isFree`. `__proto__` is an ordinary key. */
export function copyFree(value: unknown): unknown {
  if (Array.isArray(value)) return copyList(value, copyFree)
  return isRecord(value) ? copyRecord(value, copyFree) : value
}

/** The known fields of a model, followed by the extra ones in the order of `source`. */
export function withExtras(
  known: Record<string, unknown>,
  source: Readonly<Record<string, unknown>>,
  isField: (key: string) => boolean,
): Record<string, unknown> {
  for (const key of Object.keys(source)) {
    if (!isField(key)) setField(known, key, copyFree(source[key]))
  }
  return known
}

/** A record with each value rebuilt. */
export function copyRecord(
  record: Readonly<Record<string, unknown>>,
  build: (value: unknown) => unknown,
): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(record)) setField(copy, writtenKey(key), build(record[key]))
  return copy
}

/** A list with each item rebuilt. */
export function copyList(items: readonly unknown[], build: (item: unknown) => unknown): unknown[] {
  const copy = new Array<unknown>(items.length)
  for (let index = 0; index < items.length; index++) copy[index] = build(items[index])
  return copy
}

/** An integer. Absent becomes `null`, and `-0` becomes 0, like Python's integers. */
export function integerOrNull(value: number | null | undefined): number | null {
  return value || (value === 0 ? 0 : null)
}
