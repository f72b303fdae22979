import type { Check } from '../check.js'
import type { NullablePlan } from '../plan/plan.js'

/** Null, or the inner plan. */
export const checkNullable: Check<NullablePlan> = (plan, input, run) =>
  input === null ? null : run.check(plan.inner, input)
