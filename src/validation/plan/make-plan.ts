/** What generated plans are written with: each function makes the plan, or the field, that its name says. */
import type { EnumPlan, FieldPlan, ListPlan, ModelPlan, NullablePlan, Plan, RecordPlan, UnionPlan } from './plan.js'

/** A plan with nothing but its kind. */
export const any: Plan = { kind: 'any' }
export const boolean: Plan = { kind: 'boolean' }
export const datetime: Plan = { kind: 'datetime' }
export const integer: Plan = { kind: 'integer' }
export const number: Plan = { kind: 'number' }
export const string: Plan = { kind: 'string' }
export const url: Plan = { kind: 'url' }

export function enumOf(name: string, values: readonly string[]): EnumPlan {
  return { kind: 'enum', name, values }
}

export function list(items: Plan): ListPlan {
  return { kind: 'list', items }
}

export function nullable(inner: Plan): NullablePlan {
  return { kind: 'nullable', inner }
}

export function record(values: Plan): RecordPlan {
  return { kind: 'record', values }
}

export function union(...members: Plan[]): UnionPlan {
  return { kind: 'union', members }
}

/** A model: a field that is a plan alone is required. */
export function model(
  name: string,
  fields: Readonly<Record<string, Plan | OptionalField>>,
  rest?: Pick<ModelPlan, 'keepsExtras' | 'atMostOne'>,
): ModelPlan {
  return { kind: 'model', name, fields: Object.entries(fields).map(namedField), ...rest }
}

/** A field that may be absent, but for its name. */
type OptionalField = Pick<FieldPlan, 'plan' | 'default'>

/** A field that stays absent. */
export function optional(plan: Plan): OptionalField {
  return { plan }
}

/** A field that is something else when it is absent. */
export function or(plan: Plan, fallback: unknown): OptionalField {
  return { plan, default: fallback }
}

/** A field that may be null, and is null when it is absent. */
export function orNull(inner: Plan): OptionalField {
  return or(nullable(inner), null)
}

function namedField([name, field]: [string, Plan | OptionalField]): FieldPlan {
  return 'kind' in field ? { name, plan: field, required: true } : { name, ...field }
}
