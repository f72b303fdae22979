import type { ModelPlan, Plan } from './plan.js'

/** The plan of a response: like that of a request, without the rules that apply only to requests. */
export function answerPlan({ atMostOne: _, ...plan }: ModelPlan): ModelPlan {
  return { ...plan, fields: plan.fields.map((field) => ({ ...field, plan: within(field.plan) })) }
}

function within(plan: Plan): Plan {
  switch (plan.kind) {
    case 'model':
      return answerPlan(plan)
    case 'nullable':
      return { ...plan, inner: within(plan.inner) }
    case 'list':
      return { ...plan, items: within(plan.items) }
    case 'record':
      return { ...plan, values: within(plan.values) }
    case 'tuple':
      return { ...plan, items: plan.items.map(within) }
    case 'union':
      return { ...plan, members: plan.members.map(within) }
    default:
      return plan
  }
}
