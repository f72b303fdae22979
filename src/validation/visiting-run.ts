import { type Attempt, INVALID } from './check.js'
import type { ErrorContext, ErrorType } from './error-types.js'
import type { Plan } from './plan/plan.js'
import type { ErrorDetail } from './result.js'
import { SlowPathRun } from './run.js'

/** A run that keeps no errors: it passes each to a function, and reports what the same plan refused already only once. */
export class VisitingRun extends SlowPathRun {
  readonly #visit: (error: ErrorDetail) => void
  readonly #failed: WeakMap<object, Set<unknown>>
  #isAttempt = false

  /** @param failed - the values that already failed, with their plans */
  constructor(needsConversion: boolean, visit: (error: ErrorDetail) => void, failed: WeakMap<object, Set<unknown>>) {
    super({ loc: [], maxErrors: 0 }, needsConversion)
    this.#visit = visit
    this.#failed = failed
  }

  override check(plan: Plan, input: unknown): unknown {
    if (this.#isAttempt || typeof input !== 'object' || input === null) return super.check(plan, input)
    const plans = this.#failed.get(input)
    if (plans?.has(plan)) return INVALID
    const checked = super.check(plan, input)
    if (checked !== INVALID) return checked
    if (plans === undefined) this.#failed.set(input, new Set([plan]))
    else plans.add(plan)
    return INVALID
  }

  override fail(type: ErrorType, input: unknown, context?: ErrorContext, shown = context): typeof INVALID {
    if (!this.#isAttempt) this.#visit(this.detail(type, input ?? null, context, shown))
    return super.fail(type, input, context, shown)
  }

  override attempt(plan: Plan, input: unknown): Attempt {
    const before = this.#isAttempt
    this.#isAttempt = true
    const attempt = super.attempt(plan, input)
    this.#isAttempt = before
    return attempt
  }
}
