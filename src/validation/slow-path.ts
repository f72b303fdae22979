import { DEFAULT_MAX_DEPTH } from '../json/read-json.js'
import { INVALID } from './check.js'
import { refuseCycle } from './cycle.js'
import type { Plan } from './plan/plan.js'
import { type RunOptions, UNREADABLE, type ValidationResult } from './result.js'
import { BODY, SlowPathRun } from './run.js'
import { scanValue, type ValueScan } from './value-scan.js'

/**
 * Validates by walking a plan: coerces what the mode allows, and collects every error with the message of the service. It
 * accepts everything that the fast path accepts, with the same value, but is slower.
 *
 * @param known - the result of a walk through the value, if already known
 */
export function runSlowPath(plan: Plan, value: unknown, options: RunOptions, known?: ValueScan): ValidationResult {
  const { loc = BODY, maxErrors, maxDepth = DEFAULT_MAX_DEPTH } = options
  // The walk ends at the depth limit. If the limit is large, look for a value that contains itself first.
  if (known === undefined && maxDepth > DEFAULT_MAX_DEPTH) refuseCycle(value, loc)
  const { isTooDeep, needsConversion } = known ?? scanValue(value, maxDepth)
  if (isTooDeep) {
    refuseCycle(value, loc)
    return UNREADABLE
  }
  const run = new SlowPathRun(options, needsConversion)
  if (value === undefined) run.fail('missing', null)
  const checked = value === undefined ? INVALID : run.check(plan, value)
  if (checked !== INVALID) return { ok: true, value: checked }
  const invalid = { ok: false, status: 422, detail: run.details } as const
  return maxErrors === undefined ? invalid : { ...invalid, errorCount: run.errorCount }
}
