import { SCHEMAS } from '../../src/schemas/index.js'
import { compilePlan } from '../../src/validation/plan/compile-plan.js'
import { partsOf } from '../../src/validation/plan/parts-of.js'
import type { Plan } from '../../src/validation/plan/plan.js'

/** Plans by the names of their constants in generated code. A plan comes after the plans it contains. */
export interface DefinitionPlans {
  /** The plan of each definition. */
  readonly definitions: Readonly<Record<string, Plan>>
  /** The inner models that are not definitions, because those of a response differ from those of a request: `PromptDataInModelEntity`. */
  readonly parts: Readonly<Record<string, Plan>>
}

/** The plans of all definitions: what is generated of them is in this order. */
export function definitionPlans(): DefinitionPlans {
  const definitions = Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, definition]) => [name, compilePlan(definition)]),
  )
  const known = new Set(Object.values(definitions).map((plan) => JSON.stringify(plan)))
  const parts: Record<string, Plan> = {}
  const visit = (plan: Plan, owner: string): void => {
    for (const part of partsOf(plan)) visit(part, owner)
    if (plan.kind !== 'model' || known.has(JSON.stringify(plan))) return
    known.add(JSON.stringify(plan))
    parts[`${plan.name}In${owner}`] = plan
  }
  for (const [name, plan] of Object.entries(definitions)) visit(plan, name)
  return { definitions, parts }
}
