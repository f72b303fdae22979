import type { Plan } from './plan/plan.js'
import type { Run } from './run.js'

/** What a check answers when the input failed: its errors are in the run. */
export const INVALID: unique symbol = Symbol('invalid')

/**
 * The one interface of every kind: takes a plan of that kind and an input, and answers the validated value or
 * {@link INVALID}. `run` tells whether to coerce, and takes the errors.
 */
export type Check<P extends Plan> = (plan: P, input: unknown, run: Run) => unknown

/** Whether an input is what Python would call a dict. */
export function isRecord(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === 'object' && input !== null && !Array.isArray(input) && !(input instanceof Number)
}

/** Sets a field of a new object; `__proto__` is a field like any other. */
export function setField(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true })
  } else {
    target[name] = value
  }
}
