/** Which free values the fast path supports: what `JSON.parse` returns, at moderate depth and size. */

import { isInstance } from '../not-json.js'
import { isRecord } from '../record.js'

/**
 * Whether the service returns a free value unchanged, and the fast path can copy it. Numbers that JavaScript cannot represent, deep
 * nesting, and objects that are reached many times are left to the slow path.
 */
export function isFree(value: unknown): boolean {
  return isFreeWithin(value, MAX_DEPTH, { left: MOST_VALUES })
}

/** Whether all fields that a model keeps without knowing them are free values. A key that is invalid Unicode is an error here. */
export function hasFreeExtras(source: Readonly<Record<string, unknown>>, names: ReadonlySet<string>): boolean {
  return Object.keys(source).every((key) => names.has(key) || (key.isWellFormed() && isFree(source[key])))
}

const MAX_DEPTH = 64

/** More values than in any usual body: an object that is reached by many paths counts each time. */
const MOST_VALUES = 1_000_000

function isFreeWithin(value: unknown, room: number, count: { left: number }): boolean {
  if (typeof value !== 'object' || value === null) return isFreeScalar(value)
  if (room === 0) return false
  if (Array.isArray(value)) {
    count.left -= value.length
    if (count.left < 0) return false
    // Unlike `every`, this sees holes.
    for (let index = 0; index < value.length; index++) {
      if (!isFreeWithin(value[index], room - 1, count)) return false
    }
    return true
  }
  if (!isRecord(value) || isInstance(value)) return false
  const keys = Object.keys(value)
  count.left -= keys.length
  return count.left >= 0 && keys.every((key) => isFreeWithin(value[key], room - 1, count))
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
