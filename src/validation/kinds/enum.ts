import type { Check } from '../check.js'
import type { EnumPlan } from '../plan/plan.js'
import { pythonRepr } from '../python-text.js'
import { hasLoneSurrogate } from '../text.js'

/** One of a fixed set of strings. */
export const checkEnum: Check<EnumPlan> = (plan, input, run) => {
  if (typeof input === 'string') {
    if (plan.values.includes(input)) return input
    if (hasLoneSurrogate(input)) return run.fail('string_unicode', input)
  }
  return run.fail('enum', input, { expected: expectedOf(plan) })
}

const EXPECTED = new WeakMap<EnumPlan, string>()

/** Cached, because the text is long and the same for every error. */
function expectedOf(plan: EnumPlan): string {
  let expected = EXPECTED.get(plan)
  if (expected === undefined) {
    expected = listed(plan.values)
    EXPECTED.set(plan, expected)
  }
  return expected
}

/** `'a', 'b' or 'c'`. */
function listed(values: readonly string[]): string {
  const quoted = values.map(pythonRepr)
  const last = quoted.pop() ?? ''
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`
}
