import type { Plan } from './plan.js'

/** The plans right inside another. */
export function partsOf(plan: Plan): readonly Plan[] {
  switch (plan.kind) {
    case 'model':
      return plan.fields.map((field) => field.plan)
    case 'nullable':
      return [plan.inner]
    case 'list':
      return [plan.items]
    case 'record':
      return [plan.values]
    case 'tuple':
      return plan.items
    case 'union':
      return plan.members
    default:
      return []
  }
}

/** Whether it matters if a number is written as `1` or as `1.0`: which member of a union is the better match depends on it. */
export function tellsFloats(plan: Plan): boolean {
  let tells = TELLS.get(plan)
  if (tells === undefined) {
    tells = plan.kind === 'union' || partsOf(plan).some(tellsFloats)
    TELLS.set(plan, tells)
  }
  return tells
}

const TELLS = new WeakMap<Plan, boolean>()
