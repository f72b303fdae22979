/** How the fast path copies the values it accepted. */

import { isInstance } from '../not-json.js'
import { isRecord, setField } from '../record.js'
import { writtenKey } from '../text.js'

/** Thrown when a copy finds something that the fast path does not support. `FastPath.build` catches it. */
export class NotPlain extends Error {}

/**
 * A deep copy of a free value. `__proto__` is an ordinary key. Supports what `JSON.parse` returns, at moderate depth. Numbers
 * that JavaScript cannot represent, and deep nesting, are left to the slow path.
 *
 * @throws NotPlain for anything else
 */
export function copyFree(value: unknown, room = MAX_PLAIN_DEPTH): unknown {
  if (typeof value !== 'object' || value === null) return copyScalar(value)
  if (room === 0) throw new NotPlain()
  if (Array.isArray(value)) return copyList(value, (item) => copyFree(item, room - 1))
  if (!isRecord(value) || isInstance(value)) throw new NotPlain()
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) setField(copy, writtenKey(key), copyFree(value[key], room - 1))
  return copy
}

/**
 * The known fields of a model, followed by the extra ones in the order of `source`.
 *
 * @throws NotPlain for what {@link copyFree} does not support, and for a key that is invalid Unicode, which is an error here
 */
export function withExtras(
  known: Record<string, unknown>,
  source: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): Record<string, unknown> {
  for (const key of Object.keys(source)) {
    if (names.has(key)) continue
    if (!key.isWellFormed()) throw new NotPlain()
    setField(known, key, copyFree(source[key]))
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

const MAX_PLAIN_DEPTH = 64

/**
 * Whether a number may differ from its text: a whole number beyond 2^53 - 1 may be rounded, even to infinity, and `-0` may be
 * written as an integer.
 */
function copyScalar(scalar: unknown): unknown {
  if (typeof scalar === 'string' || typeof scalar === 'boolean' || scalar === null) return scalar
  if (typeof scalar !== 'number' || Object.is(scalar, -0)) throw new NotPlain()
  if (Number.isSafeInteger(scalar)) return scalar
  if (Number.isInteger(scalar) || !Number.isFinite(scalar)) throw new NotPlain()
  return scalar
}
