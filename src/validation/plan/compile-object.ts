import { isEveryKey } from '../../schemas/every-key.js'
import { answerPlan } from './answer-plan.js'
import type { AtMostOne, FieldPlan, ModelPlan, Plan } from './plan.js'
import { type CompileAt, isSchema, known, type Schema, unsupported } from './schema.js'

/** A model, or a record if no fields are named. */
export function objectPlan(schema: Schema, place: string, planAt: CompileAt): Plan {
  const { properties, additionalProperties: others, patternProperties: patterns } = schema
  const isRecord = properties === undefined && (others !== false || patterns !== undefined)
  return isRecord ? recordPlan(schema, place, planAt) : modelPlan(schema, place, planAt)
}

function recordPlan(schema: Schema, place: string, planAt: CompileAt): Plan {
  known(schema, place, ['patternProperties', 'additionalProperties'])
  const { patternProperties: patterns, additionalProperties: others } = schema
  if (isSchema(patterns)) {
    if (!isEveryKey(Object.keys(patterns))) throw unsupported(place, 'a pattern of keys')
    return { kind: 'record', values: planAt(Object.values(patterns)[0], `${place}/patternProperties`) }
  }
  return {
    kind: 'record',
    values: isSchema(others) ? planAt(others, `${place}/additionalProperties`) : { kind: 'any' },
  }
}

const OF_MODEL = ['properties', 'required', 'additionalProperties', 'atMostOne', 'isAnswer'] as const

function modelPlan(schema: Schema, place: string, planAt: CompileAt): ModelPlan {
  known(schema, place, OF_MODEL)
  const { properties = {}, required, additionalProperties: extras } = schema
  if (!isSchema(properties)) throw unsupported(place, 'properties')
  if (extras !== undefined && typeof extras !== 'boolean') {
    throw unsupported(place, `additionalProperties ${JSON.stringify(extras)}`)
  }
  const isRequired = new Set(Array.isArray(required) ? required : [])
  const fields = Object.entries(properties).map(([name, property]): FieldPlan => {
    const plan = planAt(property, `${place}/properties/${name}`)
    if (isRequired.delete(name)) return { name, plan, required: true }
    const fallback = isSchema(property) && property['default'] !== undefined ? property['default'] : emptyDefault(plan)
    return fallback === undefined ? { name, plan } : { name, plan, default: fallback }
  })
  for (const name of isRequired)
    throw unsupported(place, `the required field ${JSON.stringify(name)} without a property`)
  let model: ModelPlan = { kind: 'model', name: nameOf(schema), fields }
  if (extras === true) model = { ...model, keepsExtras: true }
  if (extras === false) model = { ...model, forbidsExtras: true }
  return withRules(model, schema, place)
}

function nameOf({ title }: Schema): string {
  return typeof title === 'string' ? title : 'Model'
}

/** An absent optional field that may be null is null, like pydantic's `Optional[…] = None`. */
function emptyDefault(plan: Plan): null | undefined {
  return plan.kind === 'nullable' || plan.kind === 'any' ? null : undefined
}

function withRules(model: ModelPlan, schema: Schema, place: string): ModelPlan {
  const rule = schema['atMostOne'] === undefined ? model.atMostOne : atMostOne(schema['atMostOne'], model, place)
  const ruled = rule === undefined ? model : { ...model, atMostOne: rule }
  return schema['isAnswer'] === true ? answerPlan(ruled) : ruled
}

/** The rule among the fields that are there: `Pick` and `Omit` of TypeBox keep it whole. */
function atMostOne(rule: unknown, { fields }: ModelPlan, place: string): AtMostOne | undefined {
  const { fields: names, error }: { readonly fields?: unknown; readonly error?: unknown } = isSchema(rule) ? rule : {}
  if (!Array.isArray(names) || typeof error !== 'string') {
    throw unsupported(place, 'an atMostOne without names of fields and an error')
  }
  const known = names.filter((name) => fields.some((field) => field.name === name))
  return known.length > 1 ? { fields: known, error } : undefined
}

/** An object that is several at once: the class that inherits from all of them, with their fields in order. */
export function intersectionPlan(schema: Schema, place: string, planAt: CompileAt): Plan {
  known(schema, place, ['allOf', 'unevaluatedProperties', ...OF_MODEL])
  const { allOf, unevaluatedProperties: unevaluated, properties, ...beside } = schema
  if (!Array.isArray(allOf) || allOf.length === 0) throw unsupported(place, 'allOf')
  const parts = allOf.map((part, index) => planAt(part, `${place}/allOf/${index}`))
  const [only] = parts
  if (only !== undefined && parts.length === 1 && only.kind !== 'model') return known(schema, place, ['allOf']) && only
  const models = parts.map((part, index): ModelPlan => {
    if (part.kind === 'model') return part
    throw unsupported(`${place}/allOf/${index}`, 'anything but an object in allOf')
  })
  if (properties !== undefined) models.push(modelPlan({ properties, ...beside }, place, planAt))
  if (properties === undefined && beside['required'] !== undefined) throw unsupported(place, 'required beside allOf')
  if (![undefined, false].includes(unevaluated as undefined)) throw unsupported(place, 'unevaluatedProperties')
  let model = models.reduce((one, other) => both(one, other, place))
  model = { ...model, name: nameOf(schema) }
  const extras = beside['additionalProperties']
  if (extras === true && !model.forbidsExtras) model = { ...model, keepsExtras: true }
  else if (extras === false) throw unsupported(place, 'additionalProperties false beside allOf')
  if (unevaluated === false && model.keepsExtras)
    throw unsupported(place, 'unevaluatedProperties false beside kept ones')
  if (unevaluated === false) model = { ...model, forbidsExtras: true }
  return withRules(model, schema, place)
}

function both(one: ModelPlan, other: ModelPlan, place: string): ModelPlan {
  if (one.forbidsExtras || other.forbidsExtras)
    throw unsupported(place, 'additionalProperties false in a part of allOf')
  if (one.atMostOne !== undefined && other.atMostOne !== undefined) throw unsupported(place, 'two rules of atMostOne')
  const fields = [...one.fields]
  for (const field of other.fields) {
    const same = fields.find(({ name }) => name === field.name)
    if (same === undefined) fields.push(field)
    else if (JSON.stringify(same) !== JSON.stringify(field)) {
      throw unsupported(place, `a field ${JSON.stringify(field.name)} with two schemas`)
    }
  }
  return { ...one, ...other, fields }
}
