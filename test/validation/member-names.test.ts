import { expect, it } from 'vitest'
import { memberName } from '../../src/validation/kinds/union.js'
import type { Plan } from '../../src/validation/plan/plan.js'

const integer = { kind: 'integer' } as const
const string = { kind: 'string' } as const

/** The name of a validator in pydantic 2.14.4, of each kind: a new kind does not compile without one. */
const NAMES: { readonly [Kind in Plan['kind']]: readonly [plan: Extract<Plan, { kind: Kind }>, name: string] } = {
  any: [{ kind: 'any' }, 'any'],
  boolean: [{ kind: 'boolean' }, 'bool'],
  date: [{ kind: 'date' }, 'date'],
  datetime: [{ kind: 'datetime' }, 'datetime'],
  enum: [{ kind: 'enum', name: 'Word', values: ['a'] }, 'str-enum[Word]'],
  integer: [integer, 'int'],
  list: [{ kind: 'list', items: { kind: 'list', items: { kind: 'any' } } }, 'list[list[any]]'],
  literal: [{ kind: 'literal', values: ['a', 1, true, "it's"] }, "literal['a',1,True,\"it's\"]"],
  model: [{ kind: 'model', name: 'M', fields: [] }, 'M'],
  nullable: [{ kind: 'nullable', inner: integer }, 'nullable[int]'],
  number: [{ kind: 'number' }, 'float'],
  record: [{ kind: 'record', values: integer }, 'dict[str,int]'],
  string: [string, 'str'],
  time: [{ kind: 'time' }, 'time'],
  tuple: [{ kind: 'tuple', items: [integer, string] }, 'tuple[int, str]'],
  union: [{ kind: 'union', members: [integer, string] }, 'union[int,str]'],
  url: [{ kind: 'url' }, 'function-wrap[wrap_val()]'],
  uuid: [{ kind: 'uuid' }, 'uuid'],
}

it.each<readonly [plan: Plan, name: string]>([
  ...Object.values(NAMES),
  [{ kind: 'integer', ge: 1 }, 'constrained-int'],
  [{ kind: 'number', lt: 1 }, 'constrained-float'],
  [{ kind: 'string', maxLength: 1 }, 'constrained-str'],
])('an error in a union names the member %j as pydantic does: %s', (plan, name) => {
  expect(memberName(plan)).toBe(name)
})
