import type { Bounds, Plan, StringPlan } from '../plan.js'

/**
 * Whether a value stands for itself: most scalars do, and need neither a check of their own nor a place. A "no" says
 * nothing.
 */
export function isPlain(plan: Plan, value: unknown): boolean {
  switch (plan.kind) {
    case 'nullable':
      return value === null || isPlain(plan.inner, value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      // Zero may be the negative one, which is no integer.
      return value !== 0 && Number.isSafeInteger(value) && isUnbounded(plan)
    case 'string':
      return typeof value === 'string' && isUnconstrained(plan)
    default:
      return false
  }
}

function isUnbounded({ ge, gt, le, lt }: Bounds): boolean {
  return ge === undefined && gt === undefined && le === undefined && lt === undefined
}

/** Whether a string may be anything, so that it is never decoded: what is no Unicode passes through it. */
export function isUnconstrained({ minLength, maxLength, pattern, reference }: StringPlan): boolean {
  return minLength === undefined && maxLength === undefined && pattern === undefined && reference === undefined
}
