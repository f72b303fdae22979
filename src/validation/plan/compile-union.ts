import { patternOfTexts } from '../../schemas/pattern-of-texts.js'
import type { EnumPlan, LiteralPlan, Plan } from './plan.js'
import { type CompileAt, isSchema, known, type Schema, unsupported } from './schema.js'

/**
 * A union. As in Python, a union inside it is part of it, equal members count once, and null makes it optional. Constants beside each
 * other are one `Literal`.
 */
export function unionPlan(schema: Schema, place: string, planAt: CompileAt): Plan {
  known(schema, place, ['anyOf'])
  const members = schema['anyOf']
  if (!Array.isArray(members) || members.length === 0) throw unsupported(place, 'anyOf')
  if (Reflect.get(schema, HINT) === 'Enum')
    return enumOf(
      members.map((member) => isSchema(member) && member['const']),
      schema,
      place,
    )
  const flat: Plan[] = []
  let isNullable = false
  let literal: LiteralPlan | undefined
  for (const [index, member] of members.entries()) {
    if (isNull(member)) {
      isNullable = true
      continue
    }
    const plan = planAt(member, `${place}/anyOf/${index}`)
    const inner = plan.kind === 'nullable' ? plan.inner : plan
    isNullable ||= plan.kind === 'nullable'
    const isConstant = isSchema(member) && member['const'] !== undefined
    if (literal !== undefined && isConstant && inner.kind === 'literal') {
      literal = { kind: 'literal', values: [...new Set([...literal.values, ...inner.values])] }
      flat[flat.length - 1] = distinct(literal, place)
      continue
    }
    literal = isConstant && inner.kind === 'literal' ? inner : undefined
    for (const each of inner.kind === 'union' ? inner.members : [inner]) if (!isThere(flat, each)) flat.push(each)
  }
  const [first, ...others] = flat
  if (first === undefined) throw unsupported(place, 'type "null" alone')
  const plan: Plan = others.length === 0 ? first : { kind: 'union', members: flat }
  return isNullable ? { kind: 'nullable', inner: plan } : plan
}

/** How TypeBox 0.34 marks the union that it makes of a TypeScript enum. */
const HINT = Symbol.for('TypeBox.Hint')

/** Whether a union has a member already. Two models or enumerations are two classes, even if they are equal. */
function isThere(members: readonly Plan[], plan: Plan): boolean {
  const text = JSON.stringify(plan)
  return !/"kind":"(?:model|enum)"/.test(text) && members.some((member) => JSON.stringify(member) === text)
}

/** In Python 1 equals `True`, so that such a `Literal` answers by the order in which Python happens to know them. */
function distinct(plan: LiteralPlan, place: string): LiteralPlan {
  const numbers = plan.values.filter((value) => typeof value !== 'string').map(Number)
  if (new Set(numbers).size < numbers.length) throw unsupported(place, 'a union of 1 and true, or 0 and false,')
  return plan
}

function isNull(member: unknown): boolean {
  return isSchema(member) && (member['type'] === 'null' || member['const'] === null)
}

/** An `Enum` of strings. */
export function enumPlan(schema: Schema, place: string): Plan {
  known(schema, place, ['enum', 'pattern'])
  const values = schema['enum']
  const plan = enumOf(Array.isArray(values) ? values : [], schema, place)
  const { pattern } = schema
  if (pattern !== undefined && pattern !== patternOfTexts(plan.values))
    throw unsupported(place, 'a pattern beside an enum')
  return plan
}

function enumOf(values: readonly unknown[], { title }: Schema, place: string): EnumPlan {
  if (values.length === 0 || !values.every((value) => typeof value === 'string')) {
    throw unsupported(place, 'an enum of anything but strings')
  }
  return typeof title === 'string' ? { kind: 'enum', name: title, values } : { kind: 'enum', values }
}

/** A `Literal` of one value. */
export function constPlan(schema: Schema, place: string): Plan {
  known(schema, place, ['const'])
  const { const: value, type } = schema
  const isInteger = Number.isSafeInteger(value)
  if (typeof value !== 'string' && typeof value !== 'boolean' && !isInteger) {
    throw unsupported(place, 'a constant that is neither a string, an integer nor a boolean')
  }
  const isTyped = type === undefined || type === typeof value || (type === 'integer' && isInteger)
  if (!isTyped) throw unsupported(place, `a constant that is not of its type ${JSON.stringify(type)}`)
  return { kind: 'literal', values: [value as string | number | boolean] }
}
