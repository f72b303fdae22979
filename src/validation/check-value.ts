import { explain } from './explain.js'
import { gateOfPlan } from './gate-of-plan.js'
import type { Survey } from './leaves.js'
import type { Plan } from './plan.js'
import type { ValidateOptions, ValidationResult } from './result.js'

/** Validates in two steps: the gate for what needs no change, the explainer for everything else. */
export function checkValue(plan: Plan, value: unknown, options: ValidateOptions, known?: Survey): ValidationResult {
  const built = known?.isOdd ? undefined : gatedValue(plan, value, options)
  return built === undefined ? explain(plan, value, options, known) : { ok: true, value: built }
}

/** The answer to a value that the gate takes, and nothing for one that it leaves to the explainer. */
export function gatedValue(plan: Plan, value: unknown, { maxDepth }: ValidateOptions): unknown {
  const gate = gateOfPlan(plan)
  if (!gate?.accepts(value) || (maxDepth !== undefined && maxDepth < GATE_DEPTH)) return undefined
  return gate.build(value)
}

/** What the gate takes is never nested deeper than this; a caller's own limit may be lower. */
const GATE_DEPTH = 100
