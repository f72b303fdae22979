import { explain } from './explain.js'
import { gateOfName, gateOfPlan } from './gate-of-plan.js'
import { type Model, type ModelValue, planOf } from './plan-of.js'

/**
 * Whether a value is what a model describes, as it stands: nothing is coerced.
 *
 * @throws TypeError for an unknown name, and for a definition that cannot be validated by
 * @example
 * is('Lora', { rank: 8 })   // true
 * is('Lora', { rank: '8' }) // false
 */
export function is<M extends Model>(model: M, value: unknown): value is ModelValue<M> {
  const gate = typeof model === 'string' ? gateOfName(model) : gateOfPlan(planOf(model))
  return gate?.accepts(value) || explain(planOf(model), value, { mode: 'strict', maxErrors: 0 }).ok
}
