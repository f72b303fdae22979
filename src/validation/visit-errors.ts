import { DEFAULT_MAX_DEPTH } from '../json/read-json.js'
import type { SchemaName } from '../schemas/index.js'
import { INVALID } from './check.js'
import { fastPathValue } from './check-value.js'
import { planOf } from './plan/plan-of.js'
import type { ErrorDetail } from './result.js'
import { scanValue } from './value-scan.js'
import { VisitingRun } from './visiting-run.js'

/** The valid value, or that there is none. */
export type VisitedValue =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly isTooDeep: boolean }

/**
 * Validates a value like `validate`, but passes each error to `visit` as it is found, so a million errors need no memory. Errors in
 * an object or list that occurs in several places are reported only for the first: an alias may repeat it thousands of
 * times.
 *
 * @param visit - receives each error; its `loc` starts at the top of the value
 * @param failed - the values that already failed, with their plans; share it between values that share parts
 */
export function visitErrors(
  model: SchemaName,
  value: unknown,
  visit: (error: ErrorDetail) => void,
  failed: WeakMap<object, Set<unknown>> = new WeakMap(),
): VisitedValue {
  const plan = planOf(model)
  const built = fastPathValue(plan, value, {})
  if (built !== undefined) return { ok: true, value: built }
  const { isTooDeep, needsConversion } = scanValue(value, DEFAULT_MAX_DEPTH)
  if (isTooDeep) return { ok: false, isTooDeep }
  const run = new VisitingRun(needsConversion, visit, failed)
  if (value === undefined) run.fail('missing', null)
  const checked = value === undefined ? INVALID : run.check(plan, value)
  return checked === INVALID ? { ok: false, isTooDeep: false } : { ok: true, value: checked }
}
