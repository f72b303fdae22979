import { type Check, INVALID, type Run } from './check.js'
import { type ErrorContext, type ErrorType, messageOf } from './error-types.js'
import type { FastPath } from './fast-path/fast-path.js'
import { fastPathOfPlan } from './fast-path/find-fast-path.js'
import { CHECKS } from './kinds/index.js'
import { isNotJson, notJson } from './not-json.js'
import type { Plan } from './plan/plan.js'
import type { ErrorDetail } from './result.js'
import { shownInput } from './shown-input.js'

/** A receiver for errors instead of `details`, and the values that already failed, with their plans: those are reported once. */
export interface Visited {
  readonly visit: (error: ErrorDetail) => void
  readonly failed: WeakMap<object, Set<unknown>>
}

/** The state of one validation: the mode, the current place, and the errors found so far. */
export class SlowPathRun implements Run {
  /** Whether coercion is off. A union sets it while it looks for an exact match. */
  strict: boolean
  /** The current place. */
  readonly path: (string | number)[]
  readonly details: ErrorDetail[] = []
  /** The number of errors, including those that `maxErrors` leaves out of `details`. */
  errorCount = 0
  private readonly maxErrors: number
  private readonly needsConversion: boolean
  private readonly shownInputs = new Map<object, unknown>()
  private readonly visited: Visited | undefined
  private isAttempt = false

  constructor(options: {
    strict: boolean
    loc: readonly (string | number)[]
    maxErrors: number
    needsConversion: boolean
    visited?: Visited
  }) {
    this.strict = options.strict
    this.path = options.loc.slice()
    this.maxErrors = options.maxErrors
    this.needsConversion = options.needsConversion
    this.visited = options.visited
  }

  /** Checks an input against a plan. Returns the validated value, or `INVALID` after recording its errors. */
  check<P extends Plan>(plan: P, input: unknown): unknown {
    // Indexed by `plan.kind`, the table holds the check for just that kind of plan; a mapped type cannot say so.
    const check = CHECKS[plan.kind] as Check<P>
    if (isNotJson(input)) throw notJson(this.path, input)
    if (this.visited === undefined || this.isAttempt || typeof input !== 'object' || input === null) {
      return check(plan, input, this)
    }
    const { failed } = this.visited
    const plans = failed.get(input)
    if (plans?.has(plan)) return INVALID
    const checked = check(plan, input, this)
    if (checked !== INVALID) return checked
    if (plans === undefined) failed.set(input, new Set([plan]))
    else plans.add(plan)
    return INVALID
  }

  /** Checks the value at a key or index of the input. */
  checkAt(key: string | number, plan: Plan, input: unknown): unknown {
    this.path.push(key)
    const value = this.check(plan, input)
    this.path.pop()
    return value
  }

  /** The fast path of a plan. Undefined if the input has numbers that it does not support. */
  fastPathOf(plan: Plan): FastPath | undefined {
    return this.needsConversion ? undefined : fastPathOfPlan(plan)
  }

  /** Records an error at the current place. `shown` is the context to show in the response, if different. */
  fail(type: ErrorType, input: unknown, context?: ErrorContext, shown = context): typeof INVALID {
    this.errorCount += 1
    const visit = this.isAttempt ? undefined : this.visited?.visit
    if (visit === undefined && this.details.length >= this.maxErrors) return INVALID
    const loc = this.path.slice()
    const msg = messageOf(type, context, this.strict)
    const echo = visit ? (input ?? null) : this.echo(input)
    const detail = shown === undefined ? { type, loc, msg, input: echo } : { type, loc, msg, input: echo, ctx: shown }
    if (visit) visit(detail)
    else this.details.push(detail)
    return INVALID
  }

  /** Records an error below the current place. */
  failAt(key: string | number, type: ErrorType, input: unknown): void {
    this.path.push(key)
    this.fail(type, input)
    this.path.pop()
  }

  /** Runs a check without recording errors. Returns the value, or `INVALID`. */
  attempt(plan: Plan, input: unknown, strict: boolean): unknown {
    const before = {
      strict: this.strict,
      errorCount: this.errorCount,
      kept: this.details.length,
      isAttempt: this.isAttempt,
    }
    this.strict = strict
    this.isAttempt = true
    const value = this.check(plan, input)
    this.strict = before.strict
    this.isAttempt = before.isAttempt
    this.errorCount = before.errorCount
    this.details.length = before.kept
    return value
  }

  private echo(input: unknown): unknown {
    if (input === undefined) return null
    return this.needsConversion ? shownInput(input, this.shownInputs) : input
  }
}
