import type { SchemaName } from '../schemas/registry.js'
import { type Gate, gateFor } from './gate.js'
import { PLANS } from './generated/plans.js'
import type { Plan } from './plan.js'

/** The gate of a plan, if it is that of one of the 18 definitions, whichever definition it stands in. */
export function gateOfPlan(plan: Plan): Gate | undefined {
  return GATES.get(plan)
}

const GATES: ReadonlyMap<Plan, Gate> = new Map(
  Object.entries(PLANS).map(([name, plan]) => [plan, gateFor(name as SchemaName)]),
)
