import { type Check, INVALID } from '../check.js'
import type { Plan, UnionPlan } from '../plan/plan.js'

/**
 * One of several kinds, as pydantic's smart mode chooses: a member that the input fits as it is wins over one that
 * coerces it. If none takes it, every member's errors are told, each under the member's name.
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

/** pydantic-core's name of a validator, which stands in the place of an error below a union. */
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
  // pydantic checks a URL with a function of its own.
  url: 'function-wrap[wrap_val()]',
} as const
