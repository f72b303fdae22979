import { type Check, EXACT, INVALID } from '../check.js'
import type { Plan, UnionPlan } from '../plan/plan.js'
import { written } from './literal.js'

/**
 * A union in pydantic's smart mode (`validate_smart` of pydantic-core): of the members that accept the input, the one with the most fields
 * set wins, then the one that had to change the input the least, then the first. If no member accepts it, reports the errors of every
 * member under the name of that member.
 */
export const checkUnion: Check<UnionPlan> = (plan, input, run) => {
  let best: { readonly value: unknown; readonly exactness: number; readonly fieldsSet: number | undefined } | undefined
  for (const member of plan.members) {
    const { value, exactness, fieldsSet } = run.attempt(member, input)
    if (value === INVALID) continue
    const isBetter =
      best === undefined ||
      (best.fieldsSet !== undefined && fieldsSet !== undefined && best.fieldsSet !== fieldsSet
        ? best.fieldsSet < fieldsSet
        : best.exactness < exactness)
    if (isBetter) best = { value, exactness, fieldsSet }
    if (exactness === EXACT && fieldsSet === undefined) break
  }
  if (best !== undefined) {
    run.floor(best.exactness)
    if (best.fieldsSet !== undefined) run.addFieldsSet(best.fieldsSet)
    return best.value
  }
  for (const member of plan.members) run.checkAt(memberName(member), member, input)
  return INVALID
}

/** The name of a validator in pydantic-core, which is part of the place of an error in a union. */
export function memberName(plan: Plan): string {
  switch (plan.kind) {
    case 'enum':
      return `str-enum[${plan.name ?? 'Enum'}]`
    case 'model':
      return plan.name
    case 'list':
      return `list[${memberName(plan.items)}]`
    case 'literal':
      return `literal[${plan.values.map(written).join(',')}]`
    case 'record':
      return `dict[str,${memberName(plan.values)}]`
    case 'nullable':
      return `nullable[${memberName(plan.inner)}]`
    case 'tuple':
      return `tuple[${plan.items.map(memberName).join(', ')}]`
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
  date: 'date',
  datetime: 'datetime',
  integer: 'int',
  number: 'float',
  string: 'str',
  time: 'time',
  // pydantic checks a URL with its own function.
  url: 'function-wrap[wrap_val()]',
  uuid: 'uuid',
} as const
