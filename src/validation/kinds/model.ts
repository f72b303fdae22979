import { type Check, INVALID, isRecord, setField } from '../check.js'
import type { AnyPlan, FieldPlan, ModelPlan } from '../plan.js'
import type { Run } from '../run.js'
import { writtenKey } from '../text.js'
import { isPlain } from './plain.js'

/** A model: its fields in their order, then what else is there if the model keeps it. */
export const checkModel: Check<ModelPlan> = (plan, input, run) => {
  if (!isRecord(input)) {
    if (!run.strict) return run.fail('model_attributes_type', input)
    return run.fail('model_type', input, { class_name: plan.name })
  }
  const gate = run.gateOf(plan)
  const built = gate?.accepts(input) ? gate.build(input) : undefined
  if (built !== undefined) return built
  let isValid = true
  // Once there is an error anywhere, nobody will see the value.
  const values: Record<string, unknown> = {}
  for (const field of plan.fields) {
    const value = checkField(field, input, run)
    if (value === INVALID) isValid = false
    else if (value !== undefined && run.errorCount === 0) setField(values, field.name, value)
  }
  if (plan.keepsExtras && !keepExtras(plan, input, values, run)) isValid = false
  return isValid ? values : INVALID
}

function checkField(field: FieldPlan, input: Readonly<Record<string, unknown>>, run: Run): unknown {
  const value = Object.hasOwn(input, field.name) ? input[field.name] : undefined
  if (value !== undefined) {
    const { name, plan } = field
    if (isPlain(plan, value)) return value
    // Null is plain already.
    return run.checkAt(name, plan.kind === 'nullable' ? plan.inner : plan, value)
  }
  if (!field.required) return isRecord(field.default) ? structuredClone(field.default) : field.default
  run.failAt(field.name, 'missing', input)
  return INVALID
}

const ANY: AnyPlan = { kind: 'any' }

function keepExtras(
  plan: ModelPlan,
  input: Readonly<Record<string, unknown>>,
  values: Record<string, unknown>,
  run: Run,
): boolean {
  let isValid = true
  for (const key of Object.keys(input)) {
    if (input[key] === undefined || plan.fields.some(({ name }) => name === key)) continue
    const value = run.checkAt(key, ANY, input[key])
    if (value === INVALID) isValid = false
    else setField(values, writtenKey(key), value)
  }
  return isValid
}
