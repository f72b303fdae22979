import { type Check, INVALID } from '../check.js'
import type { Plan, UnionPlan } from '../plan/plan.js'

/**
 * A union in pydantic's smart mode: a member that accepts the input without coercion wins over one that coerces it. If no
 * member accepts it, reports the errors of every member under the name of that member.
 */
export const checkUnion: Check<UnionPlan> = (plan, input, run) => {
  for (const strict of run.strict ? [true] : [true, false]) {
    for (const member of plan.members) {
      const value = run.attempt(member, input, strict)
      if (value !== INVALID) return value
    }
  }
  for (const member of plan.members) run.checkAt(memberName(member), member, input)
  return INVALID
}

/** The name of a validator in pydantic-core, which is part of the place of an error in a union. */
export function memberName(plan: Plan): string {
  switch (plan.kind) {
    case 'model':
      return plan.name
    case 'list':
      return `list[${memberName(plan.items)}]`
    case 'record':
      return `dict[str,${memberName(plan.values)}]`
    case 'nullable':
      return `nullable[${memberName(plan.inner)}]`
    case 'union':
      return `union[${plan.members.map(memberName).join(',')}]`
    case 'string':
    case 'integer':
    case 'number':
      return Object.keys(plan).length > 1 ? `constrained-${SCALAR_NAMES[plan.kind]}` : SCALAR_NAMES[plan.kind]
    default:
      return SCALAR_NAMES[plan.kind]
  }
}

const SCALAR_NAMES = {
  any: 'any',
  boolean: 'bool',
  datetime: 'datetime',
  enum: 'enum',
  integer: 'int',
  number: 'float',
  string: 'str',
  // pydantic checks a URL with its own function.
  url: 'function-wrap[wrap_val()]',
} as const
