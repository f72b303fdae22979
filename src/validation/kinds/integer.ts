import { type Check, INVALID, LAX, type Run } from '../check.js'
import { exactInteger } from '../exact-numbers.js'
import { parseInteger } from '../numbers/integer-text.js'
import type { IntegerPlan } from '../plan/plan.js'
import { hasLoneSurrogate } from '../text.js'
import { checkBounds } from './bounds.js'

/**
 * An integer; in lax mode also a float without a fraction, a boolean, and text that pydantic reads as an integer.
 * An integer within bounds but beyond 2^53 - 1, which JavaScript would round, is `int_parsing_size`.
 */
export const checkInteger: Check<IntegerPlan> = (plan, input, run) => {
  const value = integerOf(input, run)
  if (value === INVALID || checkBounds(plan, value, input, run) === INVALID) return INVALID
  // Adding 0 turns -0 into 0.
  if (Number.isSafeInteger(value)) return value + 0
  return run.fail('int_parsing_size', typeof input === 'bigint' ? exactInteger(input) : input)
}

/** The integer, or the nearest number if a number cannot hold it. */
function integerOf(input: unknown, run: Run): number | typeof INVALID {
  if (typeof input === 'number') return wholeNumber(input, input, run)
  if (typeof input === 'bigint') return Number(input)
  if (run.strict) return run.fail('int_type', input)
  run.floor(LAX)
  if (typeof input === 'boolean') return input ? 1 : 0
  if (input instanceof Number) return wholeNumber(Number(input), input, run)
  if (typeof input !== 'string') return run.fail('int_type', input)
  if (hasLoneSurrogate(input)) return run.fail('string_unicode', input)
  const parsed = parseInteger(input)
  return typeof parsed === 'number' ? parsed : run.fail(parsed, input)
}

/** A number as an integer. pydantic does not convert a float beyond 64 bits. */
function wholeNumber(number: number, input: unknown, run: Run): number | typeof INVALID {
  if (Number.isInteger(number)) return Math.abs(number) < 2 ** 63 ? number : run.fail('int_parsing_size', input)
  if (run.strict) return run.fail('int_type', input)
  return run.fail(Number.isFinite(number) ? 'int_from_float' : 'finite_number', input)
}
