import { fastPathOfPlan } from './fast-path/fast-path.js'
import type { Plan } from './plan/plan.js'
import type { ValidateOptions, ValidationResult } from './result.js'
import { runSlowPath } from './slow-path.js'
import type { ValueScan } from './value-scan.js'

/** Validates in two steps: the fast path for what needs no change, the slow path for everything else. */
export function checkValue(plan: Plan, value: unknown, options: ValidateOptions, known?: ValueScan): ValidationResult {
  const built = known?.needsConversion ? undefined : fastPathValue(plan, value, options)
  return built === undefined ? runSlowPath(plan, value, options, known) : { ok: true, value: built }
}

/** The result for a value that the fast path accepts. Undefined for a value that needs the slow path. */
export function fastPathValue(plan: Plan, value: unknown, { maxDepth }: ValidateOptions): unknown {
  const fastPath = fastPathOfPlan(plan)
  if (!fastPath?.accepts(value) || (maxDepth !== undefined && maxDepth < FAST_PATH_DEPTH)) return undefined
  return fastPath.build(value)
}

/** The fast path never accepts deeper nesting than this. The limit of the caller may be lower. */
const FAST_PATH_DEPTH = 100
