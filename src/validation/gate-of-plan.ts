import type { SchemaName } from '../schemas/registry.js'
import { type Gate, gateFor } from './gate.js'
import { PLANS } from './generated/plans.js'
import type { Plan } from './plan.js'

/** The gate of a plan, if it is that of one of the 18 definitions, whichever definition it stands in. */
export function gateOfPlan(plan: Plan): Gate | undefined {
  return GATES.get(plan)
}

/** The gate of a definition by its name; none where there is no such definition. */
export function gateOfName(name: string): Gate | undefined {
  return GATES_BY_NAME.get(name)
}

const GATES_BY_NAME: ReadonlyMap<string, Gate> = new Map(
  Object.keys(PLANS).map((name) => [name, gateFor(name as SchemaName)]),
)

const GATES: ReadonlyMap<Plan, Gate> = new Map(
  Object.entries(PLANS).map(([name, plan]) => [plan, gateFor(name as SchemaName)]),
)
