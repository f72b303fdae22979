/** How the fast path makes new values of what it accepted. */

import { isInstance } from '../not-json.js'
import { isRecord, setField } from '../record.js'
import { writtenKey } from '../text.js'

/** Thrown by a copy that meets what the fast path does not deal with; `FastPath.build` catches it. */
export class NotPlain extends Error {}

/**
 * A deep copy of a free value, `__proto__` a key like any other. It takes what `JSON.parse` makes, nested no
 * deeper than everyday data: what stands for a number that JavaScript cannot say, and depth that needs measuring, is left to
 * the slow path.
 *
 * @throws NotPlain where it meets anything else
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
 * A model's known fields, and after them, in the order of `source`, those that it does not name.
 *
 * @throws NotPlain where it meets what {@link copyFree} leaves alone, or a key that is no Unicode text, which is an error here
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

/** An integer; absent is `null`, and `-0` is 0, as to Python's integers. */
export function integerOrNull(value: number | null | undefined): number | null {
  return value || (value === 0 ? 0 : null)
}

const MAX_PLAIN_DEPTH = 64

/**
 * A whole number beyond 2^53 - 1 may have been rounded, up to infinity; `-0` may have been written as an integer: the text
 * knows.
 */
function copyScalar(scalar: unknown): unknown {
  if (typeof scalar === 'string' || typeof scalar === 'boolean' || scalar === null) return scalar
  if (typeof scalar !== 'number' || Object.is(scalar, -0)) throw new NotPlain()
  if (Number.isSafeInteger(scalar)) return scalar
  if (Number.isInteger(scalar) || !Number.isFinite(scalar)) throw new NotPlain()
  return scalar
}
