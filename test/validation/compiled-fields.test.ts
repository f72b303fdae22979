import { expect, it } from 'vitest'
import { compiledFields, isPlain } from '../../src/validation/kinds/compiled-fields.js'
import type { Plan } from '../../src/validation/plan/plan.js'

/** Whether a value of a field with this plan is taken as it is, without a check. */
function takesAsItIs(plan: Plan, value: unknown): boolean {
  const { list } = compiledFields({ kind: 'model', name: 'M', fields: [{ name: 'a', plan }] })
  return list.some((field) => isPlain(field, value))
}

// A field that is not plain has the same answer: so only here it shows when one takes the long way.
it.each<[plan: Plan, plain: readonly unknown[]]>([
  [{ kind: 'string' }, ['', 'a', '\ud800']],
  [{ kind: 'boolean' }, [true, false]],
  [{ kind: 'integer' }, [1, -1, Number.MAX_SAFE_INTEGER]],
  [{ kind: 'nullable', inner: { kind: 'string' } }, ['', 'a', '\ud800']],
  [{ kind: 'nullable', inner: { kind: 'integer' } }, [1, -1, Number.MAX_SAFE_INTEGER]],
  [{ kind: 'string', maxLength: 3 }, []],
  [{ kind: 'string', pattern: 'a' }, []],
  [{ kind: 'integer', ge: 0 }, []],
  [{ kind: 'integer', gt: 0 }, []],
  [{ kind: 'integer', le: 0 }, []],
  [{ kind: 'integer', lt: 0 }, []],
  [{ kind: 'number' }, []],
  [{ kind: 'any' }, []],
  [{ kind: 'enum', values: ['a'] }, []],
  [{ kind: 'model', name: 'Inner', fields: [] }, []],
])('a field with the plan %j takes these without a check: %j', (plan, plain) => {
  const all = ['', 'a', '\ud800', true, false, 1, -1, Number.MAX_SAFE_INTEGER, 0, -0, 1.5, 2 ** 53, Number.NaN]
  expect([...all, null, {}, [], 1n].filter((value) => takesAsItIs(plan, value))).toStrictEqual(plain)
})

it('the fields of a model are compiled once, in their order', () => {
  const plan = {
    kind: 'model',
    name: 'M',
    fields: [
      { name: 'toString', plan: { kind: 'string' }, required: true },
      { name: 'b', plan: { kind: 'nullable', inner: { kind: 'number' } }, default: 5 },
    ],
  } as const
  const compiled = compiledFields(plan)
  expect(compiledFields(plan)).toBe(compiled)
  expect([...compiled.names]).toStrictEqual(['toString', 'b'])
  expect(compiled.list).toStrictEqual([
    {
      ...{ name: 'toString', plan: { kind: 'string' }, isNullable: false, plainType: 'string', isRequired: true },
      ...{ fallback: undefined, isInherited: true },
    },
    {
      ...{ name: 'b', plan: { kind: 'number' }, isNullable: true, plainType: undefined, isRequired: false },
      ...{ fallback: 5, isInherited: false },
    },
  ])
})
