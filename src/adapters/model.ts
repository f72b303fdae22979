import type { Model } from '../validation/index.js'
import { planOf } from '../validation/plan/plan-of.js'

/**
 * Compiles a model where the server starts, so that no request meets a definition that is not supported.
 *
 * @param route - the route that it is for, for the error
 * @throws TypeError for an unknown name, or a definition that is not supported
 */
export function compiledModel(model: unknown, route: string): Model {
  if (!isModel(model)) throw new TypeError(`${route}: the model should be the name of a definition, or a definition`)
  try {
    planOf(model)
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`${route}: ${error.message}`) : error
  }
  return model
}

/** Whether a value may be a model. `planOf` says whether it is. */
function isModel(value: unknown): value is Model {
  return typeof value === 'string' || (typeof value === 'object' && value !== null)
}
