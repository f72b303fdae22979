import { type Check, INVALID, LAX, type Run, STRICT } from '../check.js'
import { parseFloatText } from '../numbers/float-text.js'
import type { NumberPlan } from '../plan/plan.js'
import { hasLoneSurrogate } from '../text.js'
import { checkBounds } from './bounds.js'

/** A number. In lax mode also a boolean, and text that pydantic reads as a float. */
export const checkNumber: Check<NumberPlan> = (plan, input, run) => {
  const value = numberOf(input, run)
  return value === INVALID ? INVALID : checkBounds(plan, value, input, run)
}

function numberOf(input: unknown, run: Run): number | typeof INVALID {
  if (input instanceof Number) return Number(input)
  // Python reads a number without a fraction as an integer.
  if (typeof input !== 'number' || Number.isInteger(input)) run.floor(STRICT)
  if (typeof input === 'number') return input
  if (typeof input === 'bigint') return floatOfBigInt(input, run)
  if (run.strict) return run.fail('float_type', input)
  run.floor(LAX)
  if (typeof input === 'boolean') return input ? 1 : 0
  if (typeof input !== 'string') return run.fail('float_type', input)
  if (hasLoneSurrogate(input)) return run.fail('string_unicode', input)
  return parseFloatText(input) ?? run.fail('float_parsing', input)
}

/** Python cannot convert an integer that is too large for a float. pydantic's own JSON reader makes it infinity. */
function floatOfBigInt(input: bigint, run: Run): number | typeof INVALID {
  const value = Number(input)
  return run.strict || Number.isFinite(value) ? value : run.fail('float_type', input)
}
