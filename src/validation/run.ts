import { type Check, INVALID } from './check.js'
import { type ErrorContext, type ErrorType, messageOf } from './error-types.js'
import type { Gate } from './gate.js'
import { gateOfPlan } from './gate-of-plan.js'
import { CHECKS } from './kinds/index.js'
import { plainInput } from './leaves.js'
import type { Plan } from './plan.js'
import type { ErrorDetail } from './result.js'

/** What one validation carries along: the mode, the place it has come to, and the errors found so far. */
export class Run {
  /** Whether nothing is coerced; a union sets it while it looks for an exact member. */
  strict: boolean
  /** The place of what is checked now. */
  readonly path: (string | number)[]
  readonly details: ErrorDetail[] = []
  /** How many errors were found, those included that `maxErrors` keeps out of `details`. */
  errorCount = 0
  private readonly maxErrors: number
  private readonly isOdd: boolean
  private readonly plainInputs = new Map<object, unknown>()

  constructor(options: {
    strict: boolean
    loc: readonly (string | number)[]
    maxErrors: number
    isOdd: boolean
  }) {
    this.strict = options.strict
    this.path = options.loc.slice()
    this.maxErrors = options.maxErrors
    this.isOdd = options.isOdd
  }

  /** Checks an input against a plan: the validated value, or `INVALID` once its errors are noted. */
  check<P extends Plan>(plan: P, input: unknown): unknown {
    // Indexed by `plan.kind`, the table holds the check for just that kind of plan; a mapped type cannot say so.
    const check = CHECKS[plan.kind] as Check<P>
    return check(plan, input, this)
  }

  /** Checks what stands under a key or index of the input. */
  checkAt(key: string | number, plan: Plan, input: unknown): unknown {
    this.path.push(key)
    const value = this.check(plan, input)
    this.path.pop()
    return value
  }

  /** The gate of a plan; none where there are leaves that it does not know. */
  gateOf(plan: Plan): Gate | undefined {
    return this.isOdd ? undefined : gateOfPlan(plan)
  }

  /** Notes an error at the present place; `shown` is the context that the answer shows, if it is another. */
  fail(type: ErrorType, input: unknown, context?: ErrorContext, shown = context): typeof INVALID {
    this.errorCount += 1
    if (this.details.length < this.maxErrors) {
      const loc = this.path.slice()
      const msg = messageOf(type, context, this.strict)
      const echo = this.echo(input)
      this.details.push(
        shown === undefined ? { type, loc, msg, input: echo } : { type, loc, msg, input: echo, ctx: shown },
      )
    }
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
    const before = { strict: this.strict, errorCount: this.errorCount, kept: this.details.length }
    this.strict = strict
    const value = this.check(plan, input)
    this.strict = before.strict
    this.errorCount = before.errorCount
    this.details.length = before.kept
    return value
  }

  private echo(input: unknown): unknown {
    if (input === undefined) return null
    return this.isOdd ? plainInput(input, this.plainInputs) : input
  }
}
