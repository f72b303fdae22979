/** Which free values the fast path supports: what `JSON.parse` returns, at moderate depth and size. */

import { isInstance } from '../not-json.js'

/**
 * Whether the service returns a free value unchanged, and the fast path can copy it. Numbers that JavaScript cannot represent, deep
 * nesting, and objects that are reached many times are left to the slow path.
 */
export function isFree(value: unknown): boolean {
  return leftAfter(value, MAX_DEPTH, MOST_VALUES) >= 0
}

/** The same for a value that must be an object. */
export function isFreeRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && isFree(value)
}

/** Whether all fields that a model keeps without knowing them are free values. A key that is invalid Unicode is an error here. */
export function hasFreeExtras(source: Readonly<Record<string, unknown>>, isField: (key: string) => boolean): boolean {
  for (const key in source) {
    if (!isField(key) && !(key.isWellFormed() && isFree(source[key]))) return false
  }
  return true
}

const MAX_DEPTH = 64

/** More values than in any usual body: an object that is reached by many paths counts each time. */
const MOST_VALUES = 1_000_000

/** How many more values are allowed after a value. Negative if it is not free. */
function leftAfter(value: unknown, room: number, left: number): number {
  if (typeof value !== 'object' || value === null) return isFreeScalar(value) ? left : -1
  if (room === 0) return -1
  if (Array.isArray(value)) return leftAfterItems(value, room - 1, left)
  return isInstance(value) ? -1 : leftAfterFields(value as Readonly<Record<string, unknown>>, room - 1, left)
}

function leftAfterItems(items: readonly unknown[], room: number, left: number): number {
  let rest = left
  // Unlike `every`, this sees holes.
  for (let index = 0; index < items.length && rest >= 0; index++) rest = leftAfter(items[index], room, rest - 1)
  return rest
}

/** `for … in` is faster than `Object.keys`. It sees inherited fields too, which at worst sends a value to the slow path. */
function leftAfterFields(fields: Readonly<Record<string, unknown>>, room: number, left: number): number {
  let rest = left
  for (const key in fields) {
    rest = leftAfter(fields[key], room, rest - 1)
    if (rest < 0) return rest
  }
  return rest
}

/**
 * Whether a number is the same as in its text: a whole number beyond 2^53 - 1 may be rounded, even to infinity, and `-0` may be
 * written as an integer.
 */
function isFreeScalar(scalar: unknown): boolean {
  if (typeof scalar === 'string' || typeof scalar === 'boolean' || scalar === null) return true
  if (typeof scalar !== 'number' || Object.is(scalar, -0)) return false
  return Number.isInteger(scalar) ? Number.isSafeInteger(scalar) : Number.isFinite(scalar)
}
