import type { Bounds, FieldPlan, ModelPlan, Plan } from '../plan/plan.js'
import { isUnconstrained } from './string.js'

/** The fields of a model, compiled once for all values. */
export interface CompiledFields {
  readonly list: readonly CompiledField[]
  readonly names: ReadonlySet<string>
}

/** A field with precomputed facts from its plan. All have the same object shape, which keeps property access fast. */
export interface CompiledField {
  readonly name: string
  /** The plan for a value that is not null. */
  readonly plan: Plan
  readonly isNullable: boolean
  /** The type whose values are valid without further checks. */
  readonly plainType: 'string' | 'boolean' | 'number' | undefined
  readonly isRequired: boolean
  readonly fallback: unknown
  /** Whether every object inherits something with this name. */
  readonly isInherited: boolean
}

/** The fields of a model in order. */
export function compiledFields(plan: ModelPlan): CompiledFields {
  let compiled = COMPILED.get(plan)
  if (compiled === undefined) {
    compiled = { list: plan.fields.map(compiledField), names: new Set(plan.fields.map(({ name }) => name)) }
    COMPILED.set(plan, compiled)
  }
  return compiled
}

const COMPILED = new WeakMap<ModelPlan, CompiledFields>()

function compiledField({ name, plan, required, default: fallback }: FieldPlan): CompiledField {
  const isNullable = plan.kind === 'nullable'
  const inner = isNullable ? plan.inner : plan
  return {
    name,
    plan: inner,
    isNullable,
    plainType: plainTypeOf(inner),
    isRequired: required === true,
    fallback,
    isInherited: name in Object.prototype,
  }
}

/** Zero may be the negative one, and a large number a rounded one: of numbers, only the other whole ones are plain. */
export function isPlain({ plainType }: CompiledField, value: unknown): boolean {
  return typeof value === plainType && (plainType !== 'number' || (value !== 0 && Number.isSafeInteger(value)))
}

function plainTypeOf(plan: Plan): CompiledField['plainType'] {
  switch (plan.kind) {
    case 'boolean':
      return 'boolean'
    case 'integer':
      return isUnbounded(plan) ? 'number' : undefined
    case 'string':
      return isUnconstrained(plan) ? 'string' : undefined
    default:
      return undefined
  }
}

function isUnbounded({ ge, gt, le, lt }: Bounds): boolean {
  return ge === undefined && gt === undefined && le === undefined && lt === undefined
}
