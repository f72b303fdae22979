import { unknownModel } from '../../options/index.js'
import { PLANS } from '../generated/plans.js'
import { compilePlan } from './compile-plan.js'
import type { Model } from './model.js'
import type { Plan } from './plan.js'

/**
 * The plan of a model. Each definition is compiled once. Our named definitions are recognised by their content, so this need
 * not import them.
 *
 * @throws TypeError for an unknown model name, or an unsupported definition
 */
export function planOf(model: Model): Plan {
  if (typeof model === 'string') {
    const named = BY_NAME.get(model)
    if (named === undefined) throw unknownModel(model, Object.keys(PLANS))
    return named
  }
  if (typeof model !== 'object' || model === null) throw unknownModel(model, Object.keys(PLANS))
  let compiled = compiledPlans.get(model)
  if (compiled === undefined) {
    compiled = recognised(compilePlan(model), model)
    compiledPlans.set(model, compiled)
  }
  return compiled
}

const BY_NAME: ReadonlyMap<string, Plan> = new Map(Object.entries(PLANS))

const compiledPlans = new WeakMap<object, Plan>()

function recognised(plan: Plan, definition: object): Plan {
  const title: unknown = Reflect.get(definition, 'title')
  const known = typeof title === 'string' ? BY_NAME.get(title) : undefined
  return known !== undefined && JSON.stringify(known) === JSON.stringify(plan) ? known : plan
}
