/** Which members of a union a value selects by its JSON type alone. */
import type { Plan, UnionPlan } from '../../../src/validation/plan/plan.js'

/**
 * The members of a union that the JSON type of a value selects: no earlier member accepts a value of that type. Which of two objects or
 * lists is the better match, only the slow path tells.
 */
export function decidable({ members }: UnionPlan): Plan[] {
  const types = members.flatMap(jsonTypes)
  const isTwice = (type: string): boolean => types.indexOf(type) !== types.lastIndexOf(type)
  const taken = new Set(['array', 'object'].filter(isTwice))
  return members.filter((member) => {
    const own = jsonTypes(member)
    const isFirst = own.every((type) => !taken.has(type))
    for (const type of own) taken.add(type)
    return isFirst
  })
}

/** The JSON types that a plan accepts without coercion. */
function jsonTypes(plan: Plan): readonly string[] {
  switch (plan.kind) {
    case 'any':
      return ['string', 'number', 'boolean', 'null', 'array', 'object']
    case 'boolean':
      return ['boolean']
    case 'integer':
    case 'number':
      return ['number']
    case 'date':
    case 'datetime':
    case 'enum':
    case 'string':
    case 'time':
    case 'url':
    case 'uuid':
      return ['string']
    case 'literal':
      return plan.values.map((value) => typeof value)
    case 'list':
    case 'tuple':
      return ['array']
    case 'model':
    case 'record':
      return ['object']
    case 'nullable':
      return ['null', ...jsonTypes(plan.inner)]
    case 'union':
      return plan.members.flatMap(jsonTypes)
  }
}
