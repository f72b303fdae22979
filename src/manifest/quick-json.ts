/** Reads JSON with the reader of the runtime, where that gives the same value as ours. Places are then found only if asked for. */

/** A value that was read quickly. */
export interface QuickValue {
  readonly value: unknown
}

/**
 * Undefined if the runtime's reader would hide something: a syntax error, a duplicate key, an integer beyond 2^53, a number
 * with a fraction of zero or an exponent (its spelling counts), or deep nesting.
 */
export function quickJson(text: string): QuickValue | undefined {
  if (NUMBERS.test(text)) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return keysIn(value, 0) === keysWritten(text) ? { value } : undefined
}

/** Also matches inside of strings, where it only costs time. */
const NUMBERS = /\d{16}|\d\.0|\d[eE]/

/** A string, and its colon if it is a key. */
const STRING = /"(?:[^"\\]|\\.)*"(\s*:)?/g

function keysWritten(text: string): number {
  const string = new RegExp(STRING)
  let keys = 0
  for (let match = string.exec(text); match !== null; match = string.exec(text)) if (match[1] !== undefined) keys += 1
  return keys
}

/** Deeper values are left to our reader, which knows the limit. */
const MAX_DEPTH = 100

/** The number of keys in a value. NaN if it is too deep. */
function keysIn(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > MAX_DEPTH) return Number.NaN
  let keys = 0
  if (Array.isArray(value)) {
    for (const item of value) keys += keysIn(item, depth + 1)
    return keys
  }
  for (const item of Object.values(value)) keys += 1 + keysIn(item, depth + 1)
  return keys
}
