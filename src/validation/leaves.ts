/**
 * Leaves of a parsed JSON text that JavaScript's own values cannot tell: an integer beyond 2^53 - 1 is a `bigint`, and,
 * for strict mode, a whole number that is written with a fraction or an exponent is a {@link WrittenFloat}.
 */

import { setField } from './check.js'

/** A whole number that is written as a float, such as `1.0`: no integer to strict mode. */
export class WrittenFloat extends Number {}

/** What a walk through a whole value finds. */
export interface Survey {
  readonly isTooDeep: boolean
  /** Whether there is a leaf or a key that must not reach the answer as it is. */
  readonly isOdd: boolean
}

/** Walks a value once, with a stack of its own, and stops where it is nested beyond `maxDepth`. */
export function survey(value: unknown, maxDepth: number): Survey {
  if (!isContainer(value)) return { isTooDeep: false, isOdd: isOddLeaf(value) }
  let isOdd = false
  const open = [value]
  const depths = [1]
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    const depth = depths.pop() ?? 1
    if (depth > maxDepth) return { isTooDeep: true, isOdd }
    // Faster by half than any listing of keys and values.
    for (const key in top) {
      const item = top[key]
      if (isContainer(item)) {
        open.push(item)
        depths.push(depth + 1)
      } else if (isOddLeaf(item)) {
        isOdd = true
      }
      if (isHiddenKey(key)) isOdd = true
    }
  }
  return { isTooDeep: false, isOdd }
}

/** Whether a value is an array or object, which for a walk are alike. */
function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Number)
}

function isOddLeaf(value: unknown): boolean {
  return typeof value === 'bigint' || value instanceof Number
}

/** FastAPI's encoder takes these for SQLAlchemy's own, and leaves them out of what an error shows. */
function isHiddenKey(key: string): boolean {
  return key.startsWith('_sa')
}

/**
 * An input as an error may show it: `JSON.stringify` must be able to write it. An integer that no JavaScript number
 * holds is shown as the nearest one, which is what JavaScript reads in the service's own answer.
 *
 * @param seen - what has been converted already: errors of one object often show the same input
 */
export function plainInput(input: unknown, seen: Map<object, unknown>): unknown {
  if (typeof input !== 'object' || input === null) return plainLeaf(input)
  if (input instanceof Number) return Number(input)
  const known = seen.get(input)
  if (known !== undefined) return known
  const target: unknown[] | Record<string, unknown> = Array.isArray(input) ? [] : {}
  seen.set(input, target)
  const pending: { readonly source: object; readonly target: unknown[] | Record<string, unknown> }[] = [
    { source: input, target },
  ]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const [key, value] of Object.entries(next.source)) {
      if (isHiddenKey(key)) continue
      let plain: unknown
      if (typeof value === 'object' && value !== null && !(value instanceof Number)) {
        const inner: unknown[] | Record<string, unknown> = Array.isArray(value) ? [] : {}
        pending.push({ source: value, target: inner })
        plain = inner
      } else {
        plain = value instanceof Number ? Number(value) : plainLeaf(value)
      }
      if (Array.isArray(next.target)) next.target.push(plain)
      else setField(next.target, key, plain)
    }
  }
  return target
}

function plainLeaf(leaf: unknown): unknown {
  return typeof leaf === 'bigint' ? Number(leaf) : leaf
}

/** An integer as `int_parsing_size` shows it: with every digit, in a text if no number has them all. */
export function exactInteger(integer: bigint): number | string {
  const nearest = Number(integer)
  return Number.isFinite(nearest) && BigInt(nearest) === integer ? nearest : String(integer)
}
