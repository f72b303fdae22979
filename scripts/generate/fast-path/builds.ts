/** Writes the result: the new value that the service returns for an accepted value. */
import { answerPlan } from '../../../src/validation/plan/answer-plan.js'
import type { FieldPlan, ModelPlan, Plan } from '../../../src/validation/plan/plan.js'
import { accepts, isField } from './accepts.js'
import { decidable } from './decidable.js'
import type { FunctionText, ModuleWriter } from './module-writer.js'
import { isInherited, key, literal, property } from './source.js'

/**
 * An expression for the result of another expression. It is the same expression if the value is returned unchanged. The
 * expression may be repeated.
 */
export function answer(plan: Plan, value: string, module: ModuleWriter): string {
  // Indexed by `plan.kind`, the table holds the writer for just that kind of plan; a mapped type cannot say so.
  const write = ANSWERS[plan.kind] as (plan: Plan, value: string, module: ModuleWriter) => string
  return write(plan, value, module)
}

/** The function that builds the result for a plan. The check has already handled the differences between requests and responses. */
export function answerFunction(asked: Plan, module: ModuleWriter): string {
  const plan = asked.kind === 'model' ? answerPlan(asked) : asked
  return module.functionFor('make', plan, 'name' in plan ? plan.name : plan.kind, () => functionText(plan, module))
}

function functionText(plan: Plan, module: ModuleWriter): FunctionText {
  const body = plan.kind === 'model' ? modelAnswer(plan, module) : [`return ${answer(plan, 'data', module)}`]
  return { parameter: 'data', body }
}

const ANSWERS: {
  readonly [Kind in Plan['kind']]: (plan: Extract<Plan, { kind: Kind }>, value: string, module: ModuleWriter) => string
} = {
  any: (_, value, module) => `${module.helper('copyFree')}(${value})`,
  boolean: same,
  date: same,
  datetime: same,
  enum: same,
  // `-0` becomes 0, like Python's integers.
  integer: ({ ge = 0, gt = 0 }, value) => (ge > 0 || gt > 0 ? value : `${value} || 0`),
  list: ({ items }, value, module) => {
    const item = answer(items, 'item', module)
    return item === 'item' ? `${value}.slice()` : `${module.helper('copyList')}(${value}, ${callback(item)})`
  },
  literal: same,
  model: (plan, value, module) => `${answerFunction(plan, module)}(${value})`,
  nullable: ({ inner }, value, module) => {
    const copy = answer(inner, value, module)
    return copy === value ? value : `${value} === null ? null : ${copy}`
  },
  number: same,
  record: ({ values }, value, module) =>
    values.kind === 'any'
      ? `${module.helper('copyFree')}(${value})`
      : `${module.helper('copyRecord')}(${value}, ${callback(answer(values, 'item', module))})`,
  string: same,
  time: same,
  tuple: ({ items }, value, module) =>
    `[${items.map((item, index) => answer(item, `${value}[${index}]`, module)).join(', ')}]`,
  union: (plan, value, module) => {
    const members = decidable(plan)
    const copies = members.map((member) => answer(member, value, module))
    if (copies.every((copy) => copy === value)) return value
    const last = copies.pop() ?? value
    const tests = members.map((member) => accepts(member, value, module))
    return `(${copies.map((copy, index) => `${tests[index]} ? ${copy} : `).join('')}${last})`
  },
  url: same,
  uuid: same,
}

function same(_: Plan, value: string): string {
  return value
}

/** A function of one parameter, or the name of an equal one. */
function callback(item: string): string {
  return /^(\w+)\(item\)$/.exec(item)?.[1] ?? `(item) => ${item}`
}

/** The model as one object literal or, if an absent field stays absent, field by field. */
function modelAnswer(plan: ModelPlan, module: ModuleWriter): string[] {
  const { fields, keepsExtras } = plan
  const isLiteral = !fields.some(staysAbsent)
  const known = isLiteral
    ? ['{', ...fields.map((field) => `  ${key(field.name)}: ${fieldAnswer(field, module)},`), '}']
    : ['const answer = {}', ...fields.map((field) => assignment(field, module))]
  if (!keepsExtras) return isLiteral ? [`return ${known[0]}`, ...known.slice(1)] : [...known, 'return answer']
  const statements = isLiteral ? [`const answer = ${known[0]}`, ...known.slice(1)] : known
  return [...statements, `return ${module.helper('withExtras')}(answer, data, ${isField(plan, module)})`]
}

function staysAbsent({ required, default: fallback }: FieldPlan): boolean {
  return !required && fallback === undefined
}

function assignment(field: FieldPlan, module: ModuleWriter): string {
  const { name } = field
  const value = fieldAnswer(field, module)
  const set = isInherited(name)
    ? `${module.helper('setField')}(answer, ${JSON.stringify(name)}, ${value})`
    : `${property('answer', name, module)} = ${value}`
  return staysAbsent(field) ? `if (${property('data', name, module)} !== undefined) ${set}` : set
}

/** The result for a field: that of its value, or the default if it is absent. */
function fieldAnswer({ name, plan, required, default: fallback }: FieldPlan, module: ModuleWriter): string {
  const read = property('data', name, module)
  const value = answer(plan, read, module)
  if (required || fallback === undefined) return value
  if (fallback === null && plan.kind === 'nullable') return answerOrNull(plan.inner, read, module)
  // `??` treats null as absent too, so it is only for kinds that are never null.
  if (value === read && NEVER_NULL.has(plan.kind)) return `${read} ?? ${literal(fallback)}`
  if (plan.kind === 'integer' && fallback === 0) return `${read} || 0`
  return `${read} === undefined ? ${literal(fallback)} : ${value}`
}

function answerOrNull(plan: Plan, read: string, module: ModuleWriter): string {
  const value = answer(plan, read, module)
  if (value === read) return `${read} ?? null`
  return plan.kind === 'integer' ? `${module.helper('integerOrNull')}(${read})` : `${read} == null ? null : ${value}`
}

const NEVER_NULL: ReadonlySet<Plan['kind']> = new Set([
  ...(['boolean', 'date', 'datetime', 'enum', 'literal', 'number', 'string', 'time', 'url', 'uuid'] as const),
])
