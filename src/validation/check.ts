import type { ErrorContext, ErrorType } from './error-types.js'
import type { FastPath } from './fast-path/fast-path.js'
import type { Plan } from './plan/plan.js'

/** The result of a failed check. The errors are in the run. */
export const INVALID: unique symbol = Symbol('invalid')

/**
 * The interface of every check: takes a plan of its kind and an input, and returns the validated value or {@link INVALID}.
 * `run` says whether to coerce, and collects the errors.
 */
export type Check<P extends Plan> = (plan: P, input: unknown, run: Run) => unknown

/** What one validation carries along, as the kinds see it: the mode, the place it has come to, and the errors found. */
export interface Run {
  /** Whether nothing is coerced; a union sets it while it looks for an exact member. */
  strict: boolean
  /** The place of what is checked now. */
  readonly path: (string | number)[]
  /** How many errors were found. */
  readonly errorCount: number
  /** Checks an input against a plan: the validated value, or `INVALID` once its errors are noted. */
  check<P extends Plan>(plan: P, input: unknown): unknown
  /** Checks what stands under a key or index of the input. */
  checkAt(key: string | number, plan: Plan, input: unknown): unknown
  /** The fast path of a plan; none where there are numbers that it does not know. */
  fastPathOf(plan: Plan): FastPath | undefined
  /** Notes an error at the present place; `shown` is the context that the answer shows, if it is another. */
  fail(type: ErrorType, input: unknown, context?: ErrorContext, shown?: ErrorContext): typeof INVALID
  /** Notes an error below the present place. */
  failAt(key: string | number, type: ErrorType, input: unknown): void
  /** Runs a check whose errors do not count: the value, or `INVALID`. */
  attempt(plan: Plan, input: unknown, strict: boolean): unknown
}
