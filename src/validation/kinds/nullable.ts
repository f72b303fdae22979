import type { Check } from '../check.js'
import type { NullablePlan } from '../plan/plan.js'

/** Null, or what stands inside. */
export const checkNullable: Check<NullablePlan> = (plan, input, run) =>
  input === null ? null : run.check(plan.inner, input)
