import { type Check, INVALID, type Run } from './check.js'
import { type ErrorContext, type ErrorType, messageOf } from './error-types.js'
import type { FastPath } from './fast-path/fast-path.js'
import { fastPathOfPlan } from './fast-path/find-fast-path.js'
import { CHECKS } from './kinds/index.js'
import { isNotJson, notJson } from './not-json.js'
import type { Plan } from './plan/plan.js'
import type { ErrorDetail } from './result.js'
import { shownInput } from './shown-input.js'

/** Who takes each error in the place of `details`, and what has failed already, by which plans: that is told once. */
export interface Visited {
  readonly visit: (error: ErrorDetail) => void
  readonly failed: WeakMap<object, Set<unknown>>
}

/** What one validation carries along: the mode, the place it has come to, and the errors found so far. */
export class SlowPathRun implements Run {
  /** Whether nothing is coerced; a union sets it while it looks for an exact member. */
  strict: boolean
  /** The place of what is checked now. */
  readonly path: (string | number)[]
  readonly details: ErrorDetail[] = []
  /** How many errors were found, those included that `maxErrors` keeps out of `details`. */
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

  /** Checks an input against a plan: the validated value, or `INVALID` once its errors are noted. */
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

  /** Checks what stands under a key or index of the input. */
  checkAt(key: string | number, plan: Plan, input: unknown): unknown {
    this.path.push(key)
    const value = this.check(plan, input)
    this.path.pop()
    return value
  }

  /** The fast path of a plan; none where there are numbers that it does not know. */
  fastPathOf(plan: Plan): FastPath | undefined {
    return this.needsConversion ? undefined : fastPathOfPlan(plan)
  }

  /** Notes an error at the present place; `shown` is the context that the answer shows, if it is another. */
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

  /** Notes an error below the present place. */
  failAt(key: string | number, type: ErrorType, input: unknown): void {
    this.path.push(key)
    this.fail(type, input)
    this.path.pop()
  }

  /** Runs a check whose errors do not count: the value, or `INVALID`. */
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
