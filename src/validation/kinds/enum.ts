import type { Check } from '../check.js'
import type { EnumPlan } from '../plan.js'
import { hasLoneSurrogate, pythonRepr } from '../text.js'

/** One of some strings. */
export const checkEnum: Check<EnumPlan> = (plan, input, run) => {
  if (typeof input === 'string') {
    if (plan.values.includes(input)) return input
    if (hasLoneSurrogate(input)) return run.fail('string_unicode', input)
  }
  return run.fail('enum', input, { expected: expected(plan.values) })
}

/** `'a', 'b' or 'c'`. */
function expected(values: readonly string[]): string {
  const quoted = values.map(pythonRepr)
  const last = quoted.pop() ?? ''
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`
}
