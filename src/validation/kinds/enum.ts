import { type Check, LAX, STRICT } from '../check.js'
import type { EnumPlan } from '../plan/plan.js'
import { pythonRepr } from '../python-text.js'
import { hasLoneSurrogate } from '../text.js'

/** One of a fixed set of strings. */
export const checkEnum: Check<EnumPlan> = (plan, input, run) => {
  if (typeof input === 'string') {
    run.floor(run.strict ? STRICT : LAX)
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
    expected = orList(plan.values.map(pythonRepr))
    EXPECTED.set(plan, expected)
  }
  return expected
}

/** `'a', 'b' or 'c'`, of what is quoted already. */
export function orList(values: readonly string[]): string {
  const quoted = [...values]
  const last = quoted.pop() ?? ''
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`
}
