import type { ErrorContext, ErrorType } from './error-types.js'
import type { FastPath } from './fast-path/fast-path.js'
import type { Plan } from './plan/plan.js'
import type { ValidateOptions } from './result.js'

/** The result of a failed check. The errors are in the run. */
export const INVALID: unique symbol = Symbol('invalid')

/**
 * The interface of every check: takes a plan of its kind and an input, and returns the validated value or {@link INVALID}.
 * `run` says whether to coerce, and collects the errors.
 */
export type Check<P extends Plan> = (plan: P, input: unknown, run: Run) => unknown

/** How far a value had to be changed, as pydantic rates it: coerced, taken for what it stands for, or not at all. */
export const LAX = 0
export const STRICT = 1
export const EXACT = 2

/** What became of an attempt: the value or {@link INVALID}, and how good a match it is. */
export interface Attempt {
  readonly value: unknown
  readonly exactness: number
  /** The number of fields of models that the input sets. Undefined if no model is in it. */
  readonly fieldsSet: number | undefined
}

/** The state of one validation, as the checks use it: the mode, the current place, and the errors found. */
export interface Run {
  /** Whether coercion is off. */
  readonly strict: boolean
  readonly options: ValidateOptions
  /** The current place. */
  readonly path: (string | number)[]
  /** The number of errors found. */
  readonly errorCount: number
  /** Checks an input against a plan. Returns the validated value, or `INVALID` after recording its errors. */
  check<P extends Plan>(plan: P, input: unknown): unknown
  /** Checks the value at a key or index of the input. */
  checkAt(key: string | number, plan: Plan, input: unknown): unknown
  /** The fast path of a plan. Undefined if the input has numbers that it does not support. */
  fastPathOf(plan: Plan): FastPath | undefined
  /** Records an error at the current place. `shown` is the context to show in the response, if different. */
  fail(type: ErrorType, input: unknown, context?: ErrorContext, shown?: ErrorContext): typeof INVALID
  /** Records an error below the current place. */
  failAt(key: string | number, type: ErrorType, input: unknown): void
  /** Runs a check without recording errors, and rates the match. */
  attempt(plan: Plan, input: unknown): Attempt
  /** Whether this is an attempt, so that what rates a match is worth counting. */
  readonly isRated: boolean
  /** Says that the value is no better match than this. */
  floor(exactness: number): void
  /** Says how many fields of a model the input sets. */
  addFieldsSet(count: number): void
}
