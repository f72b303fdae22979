import { type Check, LAX } from '../check.js'
import type { BooleanPlan } from '../plan/plan.js'
import { hasLoneSurrogate } from '../text.js'

/** A boolean. In lax mode also 0, 1 and the words that pydantic accepts. */
export const checkBoolean: Check<BooleanPlan> = (_, input, run) => {
  if (typeof input === 'boolean') return input
  if (run.strict) return run.fail('bool_type', input)
  run.floor(LAX)
  if (typeof input === 'string') {
    if (hasLoneSurrogate(input)) return run.fail('string_unicode', input)
    return WORDS.get(input.toLowerCase()) ?? run.fail('bool_parsing', input)
  }
  const isNumber = typeof input === 'number' || typeof input === 'bigint' || input instanceof Number
  if (!isNumber) return run.fail('bool_type', input)
  const number = Number(input)
  if (number === 0 || number === 1) return number === 1
  return run.fail(isInt64(typeof input === 'bigint' ? input : number) ? 'bool_parsing' : 'bool_type', input)
}

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['0', 'f', 'n', 'no', 'off', 'false'].map((word) => [word, false] as const),
  ...['1', 't', 'y', 'on', 'yes', 'true'].map((word) => [word, true] as const),
])

/**
 * Whether a whole number fits into 64 bits. pydantic reports only those as unparsable booleans. It compares integers
 * exactly, but excludes the lowest float, -2^63 (`float_as_int` of pydantic-core).
 */
function isInt64(whole: number | bigint): boolean {
  if (typeof whole === 'bigint') return BigInt.asIntN(64, whole) === whole
  return Number.isInteger(whole) && whole > -(2 ** 63) && whole < 2 ** 63
}
