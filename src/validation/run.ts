import { type Attempt, type Check, EXACT, INVALID, type Run } from './check.js'
import { type ErrorContext, type ErrorType, messageOf } from './error-types.js'
import { type FastPath, fastPathOfPlan } from './fast-path/fast-path.js'
import { CHECKS } from './kinds/index.js'
import { isNotJson, notJson } from './not-json.js'
import type { Plan } from './plan/plan.js'
import type { ErrorDetail, RunOptions } from './result.js'
import { shownInput } from './shown-input.js'

/** The default start of every place: errors are in a request body. */
export const BODY: readonly string[] = ['body']

/** The state of one validation: the mode, the current place, and the errors found so far. */
export class SlowPathRun implements Run {
  /** Whether coercion is off. */
  readonly strict: boolean
  readonly options: RunOptions
  /** The current place. */
  readonly path: (string | number)[]
  readonly details: ErrorDetail[] = []
  /** The number of errors, including those that `maxErrors` leaves out of `details`. */
  errorCount = 0
  /** How good the match is of the innermost attempt. */
  #exactness: number = EXACT
  #fieldsSet: number | undefined
  #attempts = 0
  readonly #needsConversion: boolean
  readonly #shownInputs = new Map<object, unknown>()

  constructor(options: RunOptions, needsConversion: boolean) {
    const { mode, loc = BODY } = options
    this.strict = mode === 'strict'
    this.options = options
    this.path = loc.slice()
    this.#needsConversion = needsConversion
  }

  /** Checks an input against a plan. Returns the validated value, or `INVALID` after recording its errors. */
  check<P extends Plan>(plan: P, input: unknown): unknown {
    if (isNotJson(input)) throw notJson(this.path, input)
    // Indexed by `plan.kind`, the table holds the check for just that kind of plan; a mapped type cannot say so.
    const check = CHECKS[plan.kind] as Check<P>
    return check(plan, input, this)
  }

  /** Checks the value at a key or index of the input. */
  checkAt(key: string | number, plan: Plan, input: unknown): unknown {
    this.path.push(key)
    const value = this.check(plan, input)
    this.path.pop()
    return value
  }

  /** The fast path of a plan. Undefined if the input has numbers that it does not support, or if the match is rated. */
  fastPathOf(plan: Plan): FastPath | undefined {
    return this.#needsConversion || this.isRated ? undefined : fastPathOfPlan(plan)
  }

  /** Records an error at the current place. `shown` is the context to show in the response, if different. */
  fail(type: ErrorType, input: unknown, context?: ErrorContext, shown = context): typeof INVALID {
    this.errorCount += 1
    const { maxErrors } = this.options
    if (maxErrors === undefined || this.details.length < maxErrors)
      this.details.push(this.detail(type, this.#echo(input), context, shown))
    return INVALID
  }

  /** An error at the current place. */
  protected detail(type: ErrorType, input: unknown, context?: ErrorContext, shown = context): ErrorDetail {
    const loc = this.path.slice()
    const msg = messageOf(type, context, this.strict)
    // Four literals, because spreading one into another takes a third of the time of a value with errors.
    if (this.options.hideInput) return shown === undefined ? { type, loc, msg } : { type, loc, msg, ctx: shown }
    return shown === undefined ? { type, loc, msg, input } : { type, loc, msg, input, ctx: shown }
  }

  /** Records an error below the current place. */
  failAt(key: string | number, type: ErrorType, input: unknown): void {
    this.path.push(key)
    this.fail(type, input)
    this.path.pop()
  }

  /** Runs a check without recording errors, and rates the match. */
  attempt(plan: Plan, input: unknown): Attempt {
    const { errorCount, details } = this
    const kept = details.length
    const [exactnessBefore, fieldsSetBefore] = [this.#exactness, this.#fieldsSet]
    this.#exactness = EXACT
    this.#fieldsSet = undefined
    this.#attempts += 1
    const value = this.check(plan, input)
    const attempt = { value, exactness: this.#exactness, fieldsSet: this.#fieldsSet }
    this.#attempts -= 1
    this.#exactness = exactnessBefore
    this.#fieldsSet = fieldsSetBefore
    this.errorCount = errorCount
    details.length = kept
    return attempt
  }

  get isRated(): boolean {
    return this.#attempts > 0
  }

  floor(exactness: number): void {
    if (exactness < this.#exactness) this.#exactness = exactness
  }

  addFieldsSet(count: number): void {
    this.#fieldsSet = (this.#fieldsSet ?? 0) + count
  }

  #echo(input: unknown): unknown {
    if (input === undefined) return null
    return this.#needsConversion ? shownInput(input, this.#shownInputs, this.options.keepsIntegers) : input
  }
}
