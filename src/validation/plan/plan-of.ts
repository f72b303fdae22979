import type { Static, TSchema } from 'typebox'
import { unknownModel } from '../../options/index.js'
import type { SCHEMAS, SchemaName } from '../../schemas/registry.js'
import { PLANS } from '../generated/plans.js'
import { compilePlan } from './compile-plan.js'
import type { Plan } from './plan.js'

/** What can be validated by: the name of a definition, or one of your own. */
export type Model = SchemaName | (TSchema & object)

/** The static type of what a model describes; `unknown` for a plain JSON Schema. */
export type ModelValue<M extends Model> = M extends SchemaName
  ? StaticOf<(typeof SCHEMAS)[M]>
  : M extends TSchema
    ? Static<M>
    : unknown

type StaticOf<Schema> = Schema extends TSchema ? Static<Schema> : never

/**
 * The plan of a model. A definition is compiled once; one that has a name here is known by what it says, so that it need not be
 * loaded to be recognised.
 *
 * @throws TypeError for an unknown name, and for a definition that cannot be validated by
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
