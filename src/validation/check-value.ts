import { explain } from './explain.js'
import type { ValidateOptions, ValidationResult } from './result.js'
import type { Steps } from './steps-of.js'

/** What the gate takes is never nested deeper than this; a caller's own limit may be lower. */
const GATE_DEPTH = 100

/** Validates in two steps: the gate for what needs no change, the explainer for everything else. */
export function checkValue({ plan, gate }: Steps, value: unknown, options: ValidateOptions): ValidationResult {
  if (gate?.accepts(value) && (options.maxDepth === undefined || options.maxDepth >= GATE_DEPTH)) {
    const built = gate.build(value)
    if (built !== undefined) return { ok: true, value: built }
  }
  return explain(plan, value, options)
}
