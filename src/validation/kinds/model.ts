import { type Check, INVALID, type Run, STRICT } from '../check.js'
import type { AnyPlan, AtMostOne, ModelPlan } from '../plan/plan.js'
import { isRecord, setField } from '../record.js'
import { type CompiledField, compiledFields, isPlain } from './compiled-fields.js'

/** A model: its fields in order, then any extra fields if the model keeps them. */
export const checkModel: Check<ModelPlan> = (plan, input, run) => {
  if (!isRecord(input)) {
    if (!run.strict) return run.fail('model_attributes_type', input)
    return run.fail('model_type', input, { class_name: plan.name })
  }
  run.floor(STRICT)
  if (plan.keepsExtras || plan.forbidsExtras) {
    const key = brokenKey(input)
    // pydantic stops at such a key and reports nothing else about the object.
    if (key !== undefined) return run.fail('string_unicode', key)
  }
  const fastPath = run.fastPathOf(plan)
  const built = fastPath?.accepts(input) ? fastPath.build(input) : undefined
  if (built !== undefined) return built
  let isValid = true
  // After any error, the value is not used.
  const values: Record<string, unknown> = {}
  const { list, names } = compiledFields(plan)
  for (const field of list) {
    const value = checkField(field, input, run)
    if (value === INVALID) isValid = false
    else if (value !== undefined && run.errorCount === 0) setField(values, field.name, value)
  }
  if (plan.forbidsExtras && !hasNoExtras(names, input, run)) isValid = false
  if (isValid && plan.atMostOne !== undefined && !hasAtMostOne(plan.atMostOne, input, run)) isValid = false
  if (plan.keepsExtras && !keepExtras(names, input, values, run)) isValid = false
  if (run.isRated) run.addFieldsSet(list.filter((field) => given(field, input) !== undefined).length)
  return isValid ? values : INVALID
}

function checkField(field: CompiledField, input: Readonly<Record<string, unknown>>, run: Run): unknown {
  const { name } = field
  const value = given(field, input)
  if (value !== undefined) {
    if (isPlain(field, value) || (value === null && field.isNullable)) return value
    return run.checkAt(name, field.plan, value)
  }
  const { fallback } = field
  if (!field.isRequired) return typeof fallback === 'object' ? structuredClone(fallback) : fallback
  run.failAt(name, 'missing', input)
  return INVALID
}

function given({ name, isInherited }: CompiledField, input: Readonly<Record<string, unknown>>): unknown {
  return isInherited && !Object.hasOwn(input, name) ? undefined : input[name]
}

/** Reports every extra field, in the order of the input. */
function hasNoExtras(names: ReadonlySet<string>, input: Readonly<Record<string, unknown>>, run: Run): boolean {
  const extras = Object.keys(input).filter((key) => input[key] !== undefined && !names.has(key))
  for (const key of extras) run.failAt(key, 'extra_forbidden', input[key])
  return extras.length === 0
}

/** The first key with a lone surrogate. */
function brokenKey(input: Readonly<Record<string, unknown>>): string | undefined {
  return Object.keys(input).find((key) => !key.isWellFormed() && input[key] !== undefined)
}

/** Checked after all fields are valid. A field is set if it is neither absent nor null. */
function hasAtMostOne({ fields, error }: AtMostOne, input: Readonly<Record<string, unknown>>, run: Run): boolean {
  const isSet = (name: string): boolean => Object.hasOwn(input, name) && (input[name] ?? null) !== null
  if (fields.filter(isSet).length < 2) return true
  // FastAPI writes the exception in the context as an empty object.
  run.fail('value_error', input, { error }, { error: {} })
  return false
}

const ANY: AnyPlan = { kind: 'any' }

function keepExtras(
  names: ReadonlySet<string>,
  input: Readonly<Record<string, unknown>>,
  values: Record<string, unknown>,
  run: Run,
): boolean {
  let isValid = true
  for (const key of Object.keys(input)) {
    if (input[key] === undefined || names.has(key)) continue
    const value = run.checkAt(key, ANY, input[key])
    if (value === INVALID) isValid = false
    else setField(values, key, value)
  }
  return isValid
}
