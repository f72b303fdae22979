import type { Check } from '../check.js'
import { INVALID } from '../check.js'
import { parseInteger } from '../integer-text.js'
import { exactInteger } from '../leaves.js'
import type { IntegerPlan } from '../plan.js'
import type { Run } from '../run.js'
import { hasLoneSurrogate } from '../text.js'
import { checkBounds } from './bounds.js'

/**
 * An integer; in lax mode also a whole number written as a float, a boolean, and text that is an integer to pydantic.
 * Beyond 2^53 - 1, where JavaScript would round, it is `int_parsing_size`.
 */
export const checkInteger: Check<IntegerPlan> = (plan, input, run) => {
  const value = integerOf(input, run)
  return value === INVALID ? INVALID : checkBounds(plan, value, input, run)
}

function integerOf(input: unknown, run: Run): number | typeof INVALID {
  if (typeof input === 'number') return wholeNumber(input, input, run)
  if (typeof input === 'bigint') return run.fail('int_parsing_size', exactInteger(input))
  if (run.strict) return run.fail('int_type', input)
  if (typeof input === 'boolean') return input ? 1 : 0
  if (input instanceof Number) return wholeNumber(Number(input), input, run)
  if (typeof input !== 'string') return run.fail('int_type', input)
  if (hasLoneSurrogate(input)) return run.fail('string_unicode', input)
  const parsed = parseInteger(input)
  return typeof parsed === 'number' ? parsed : run.fail(parsed, input)
}

function wholeNumber(number: number, input: unknown, run: Run): number | typeof INVALID {
  if (Number.isSafeInteger(number)) return number + 0
  if (run.strict && !Number.isInteger(number)) return run.fail('int_type', input)
  if (!Number.isFinite(number)) return run.fail('finite_number', input)
  return run.fail(Number.isInteger(number) ? 'int_parsing_size' : 'int_from_float', input)
}
