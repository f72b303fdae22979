import { fastPathOfName, fastPathOfPlan } from './fast-path/fast-path.js'
import type { Model, ModelInput } from './plan/model.js'
import { planOf } from './plan/plan-of.js'
import { runSlowPath } from './slow-path.js'

/**
 * Whether a value matches a model without any coercion: `validate` accepts it in strict mode.
 *
 * @throws TypeError for an unknown model name, an unsupported definition, or a value that JSON cannot represent
 * @example
 * is('Lora', { rank: 8 })   // true
 * is('Lora', { rank: '8' }) // false
 */
export function is<const M extends Model>(model: M, value: unknown): value is ModelInput<M> {
  const fastPath = typeof model === 'string' ? fastPathOfName(model) : fastPathOfPlan(planOf(model))
  return fastPath?.accepts(value) || runSlowPath(planOf(model), value, { mode: 'strict', maxErrors: 0 }).ok
}
