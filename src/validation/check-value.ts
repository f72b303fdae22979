import { explain } from './explain.js'
import { gateOfPlan } from './gate-of-plan.js'
import type { Survey } from './leaves.js'
import type { Plan } from './plan.js'
import type { ValidateOptions, ValidationResult } from './result.js'

/** What the gate takes is never nested deeper than this; a caller's own limit may be lower. */
const GATE_DEPTH = 100

/** Validates in two steps: the gate for what needs no change, the explainer for everything else. */
export function checkValue(plan: Plan, value: unknown, options: ValidateOptions, known?: Survey): ValidationResult {
  const gate = known?.isOdd ? undefined : gateOfPlan(plan)
  if (gate?.accepts(value) && (options.maxDepth === undefined || options.maxDepth >= GATE_DEPTH)) {
    const built = gate.build(value)
    if (built !== undefined) return { ok: true, value: built }
  }
  return explain(plan, value, options, known)
}
