import type { SchemaName } from '../../schemas/registry.js'
import { PLANS } from '../generated/plans.js'
import type { Plan } from '../plan/plan.js'
import { type FastPath, fastPathOf } from './fast-path.js'

/** The fast path of a plan, if the plan belongs to a named definition. */
export function fastPathOfPlan(plan: Plan): FastPath | undefined {
  return FAST_PATHS.get(plan)
}

/** The fast path of a definition by name. Undefined if there is no such definition. */
export function fastPathOfName(name: string): FastPath | undefined {
  return BY_NAME.get(name)
}

const BY_NAME: ReadonlyMap<string, FastPath> = new Map(
  Object.keys(PLANS).map((name) => [name, fastPathOf(name as SchemaName)]),
)

const FAST_PATHS: ReadonlyMap<Plan, FastPath> = new Map(
  Object.entries(PLANS).map(([name, plan]) => [plan, fastPathOf(name as SchemaName)]),
)
