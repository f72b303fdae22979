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

/** The number of strings with a colon behind them. The text is JSON. */
function keysWritten(text: string): number {
  let keys = 0
  for (let start = text.indexOf('"'); start >= 0; ) {
    let end = text.indexOf('"', start + 1)
    while (isEscaped(text, end)) end = text.indexOf('"', end + 1)
    let at = end + 1
    while (BLANKS.has(text.charCodeAt(at))) at += 1
    if (text.charCodeAt(at) === COLON) keys += 1
    start = text.indexOf('"', at)
  }
  return keys
}

function isEscaped(text: string, at: number): boolean {
  let start = at
  while (text.charCodeAt(start - 1) === BACKSLASH) start -= 1
  return (at - start) % 2 === 1
}

const COLON = 0x3a
const BACKSLASH = 0x5c
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d])

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
