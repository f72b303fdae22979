import { MODEL_REFERENCE_FORMAT, MODEL_REFERENCE_PATTERN } from '../../schemas/constraints.js'
import { isEveryKey } from '../../schemas/every-key.js'
import { keywordsOf } from '../../schemas/identity.js'
import { patternOfTexts } from '../../schemas/pattern-of-texts.js'
import { rustRegExp } from '../rust-pattern.js'
import { answerPlan } from './answer-plan.js'
import type { AtMostOne, Bounds, FieldPlan, ModelPlan, Plan, StringPlan } from './plan.js'

/**
 * Compiles a definition into a plan. Accepts TypeBox, or plain JSON Schema of the same shape, with the kinds that our
 * definitions use.
 *
 * @throws TypeError for a kind or keyword that is not supported, with its place in the definition
 */
export function compilePlan(definition: unknown): Plan {
  return planAt(definition, '')
}

type Schema = Readonly<Record<string, unknown>>

function planAt(definition: unknown, place: string): Plan {
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) {
    throw unsupported(place, 'anything but an object')
  }
  if (place.length > LONGEST_PLACE) throw unsupported(`${place.slice(0, 50)}…`, 'a definition that contains itself')
  for (const [key, what] of CODE) if (key in definition) throw unsupported(place, what)
  const schema = keywordsOf(definition)
  if (schema['anyOf'] !== undefined) return unionPlan(schema, place)
  if (schema['enum'] !== undefined) return enumPlan(schema, place)
  const type = schema['type']
  if (type === undefined) return known(schema, place, []) && { kind: 'any' }
  const compile = typeof type === 'string' && Object.hasOwn(BY_TYPE, type) ? BY_TYPE[type] : undefined
  if (compile === undefined) throw unsupported(place, `type ${JSON.stringify(type)}`)
  return compile(schema, place)
}

/** The keys where TypeBox stores functions for a validator to call. This validator calls none, so they are refused. */
const CODE = [
  ['~refine', 'Refine'],
  ['~codec', 'Decode or Encode'],
  [Symbol.for('TypeBox.Transform'), 'Transform'],
] as const

/** Longer than in any definition that does not contain itself. */
const LONGEST_PLACE = 5000

const BY_TYPE: Readonly<Record<string, (schema: Schema, place: string) => Plan>> = {
  array: (schema, place) => {
    known(schema, place, ['items'])
    return { kind: 'list', items: planAt(schema['items'] ?? {}, `${place}/items`) }
  },
  boolean: (schema, place) => known(schema, place, []) && { kind: 'boolean' },
  integer: (schema, place) => ({ kind: 'integer', ...bounds(schema, place) }),
  number: (schema, place) => ({ kind: 'number', ...bounds(schema, place) }),
  object: objectPlan,
  string: stringPlan,
}

function objectPlan(schema: Schema, place: string): Plan {
  return schema['properties'] === undefined ? recordPlan(schema, place) : modelPlan(schema, place)
}

function recordPlan(schema: Schema, place: string): Plan {
  known(schema, place, ['patternProperties', 'additionalProperties'])
  const { patternProperties: patterns, additionalProperties: others } = schema
  if (others === false) throw unsupported(place, 'additionalProperties false')
  if (isSchema(patterns)) {
    if (!isEveryKey(Object.keys(patterns))) throw unsupported(place, 'a pattern of keys')
    return { kind: 'record', values: planAt(Object.values(patterns)[0], `${place}/patternProperties`) }
  }
  return {
    kind: 'record',
    values: isSchema(others) ? planAt(others, `${place}/additionalProperties`) : { kind: 'any' },
  }
}

function modelPlan(schema: Schema, place: string): ModelPlan {
  known(schema, place, ['properties', 'required', 'additionalProperties', 'atMostOne', 'isAnswer'])
  const { properties, required, additionalProperties: extras, title } = schema
  if (!isSchema(properties)) throw unsupported(place, 'properties')
  if (extras !== undefined && extras !== true)
    throw unsupported(place, `additionalProperties ${JSON.stringify(extras)}`)
  const isRequired = new Set(Array.isArray(required) ? required : [])
  for (const name of isRequired) {
    if (!Object.hasOwn(properties, name)) throw unsupported(place, `the required field "${name}" without a property`)
  }
  const fields = Object.entries(properties).map(([name, property]): FieldPlan => {
    const plan = planAt(property, `${place}/properties/${name}`)
    if (isRequired.has(name)) return { name, plan, required: true }
    const fallback = isSchema(property) && property['default'] !== undefined ? property['default'] : emptyDefault(plan)
    return fallback === undefined ? { name, plan } : { name, plan, default: fallback }
  })
  let model: ModelPlan = { kind: 'model', name: typeof title === 'string' ? title : 'Model', fields }
  if (extras === true) model = { ...model, keepsExtras: true }
  const rule = schema['atMostOne'] === undefined ? undefined : atMostOne(schema['atMostOne'], model, place)
  if (rule !== undefined) model = { ...model, atMostOne: rule }
  return schema['isAnswer'] === true ? answerPlan(model) : model
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

/** An absent optional field that may be null is null, like pydantic's `Optional[…] = None`. */
function emptyDefault(plan: Plan): null | undefined {
  return plan.kind === 'nullable' || plan.kind === 'any' ? null : undefined
}

function unionPlan(schema: Schema, place: string): Plan {
  known(schema, place, ['anyOf'])
  const members = schema['anyOf']
  if (!Array.isArray(members) || members.length === 0) throw unsupported(place, 'anyOf')
  const plans = members.flatMap((member, index) => (isNull(member) ? [] : [planAt(member, `${place}/anyOf/${index}`)]))
  const [first, ...others] = plans
  if (first === undefined) throw unsupported(place, 'type "null" alone')
  const plan: Plan = others.length === 0 ? first : { kind: 'union', members: plans }
  return plans.length === members.length ? plan : { kind: 'nullable', inner: plan }
}

function isNull(member: unknown): boolean {
  return isSchema(member) && member['type'] === 'null'
}

function enumPlan(schema: Schema, place: string): Plan {
  known(schema, place, ['enum', 'pattern'])
  const values = schema['enum']
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string')) {
    throw unsupported(place, 'an enum of anything but strings')
  }
  const { pattern } = schema
  if (pattern !== undefined && pattern !== patternOfTexts(values)) throw unsupported(place, 'a pattern beside an enum')
  return { kind: 'enum', values }
}

function stringPlan(schema: Schema, place: string): Plan {
  const format = schema['format']
  if (format === 'date-time') return known(schema, place, ['format']) && { kind: 'datetime' }
  if (format === 'uri') return known(schema, place, ['format']) && { kind: 'url' }
  if (format !== undefined && format !== MODEL_REFERENCE_FORMAT)
    throw unsupported(place, `format ${JSON.stringify(format)}`)
  known(schema, place, ['format', 'minLength', 'maxLength', 'pattern'])
  const { minLength, maxLength, pattern } = schema
  let plan: StringPlan = { kind: 'string' }
  if (typeof minLength === 'number') plan = { ...plan, minLength }
  if (typeof maxLength === 'number') plan = { ...plan, maxLength }
  const isReference = pattern === MODEL_REFERENCE_PATTERN
  if (typeof pattern === 'string' && !isReference) plan = { ...plan, pattern: readable(pattern, place) }
  return isReference || format !== undefined ? { ...plan, reference: true } : plan
}

function readable(pattern: string, place: string): string {
  try {
    rustRegExp(pattern)
  } catch {
    throw unsupported(place, `the pattern ${JSON.stringify(pattern)}`)
  }
  return pattern
}

const BOUND_KEYWORDS = [
  ['minimum', 'ge'],
  ['exclusiveMinimum', 'gt'],
  ['maximum', 'le'],
  ['exclusiveMaximum', 'lt'],
] as const

function bounds(schema: Schema, place: string): Bounds {
  known(schema, place, ['format', ...BOUND_KEYWORDS.map(([keyword]) => keyword)])
  const found = BOUND_KEYWORDS.filter(([keyword]) => schema[keyword] !== undefined)
  return Object.fromEntries(found.map(([keyword, key]) => [key, Number(schema[keyword])]))
}

/** Keywords without effect on validation. */
const ANNOTATIONS = new Set([
  'type',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$id',
  '$schema',
  '$comment',
])

/** Refuses unknown keywords, because ignoring them would skip a check. */
function known(schema: Schema, place: string, keywords: readonly string[]): true {
  const strange = Object.keys(schema).find(
    (key) => !ANNOTATIONS.has(key) && !keywords.includes(key) && !key.startsWith('~') && !key.startsWith('x-'),
  )
  if (strange !== undefined) throw unsupported(place, `the keyword "${strange}"`)
  for (const [keyword, isRight] of Object.entries(VALUES)) {
    const value = schema[keyword]
    if (value !== undefined && !isRight(value)) throw unsupported(place, `${keyword} ${shown(value)}`)
  }
  return true
}

const isLength = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

/** What the values of keywords must be. A keyword with another value would check nothing. */
const VALUES: Readonly<Record<string, (value: unknown) => boolean>> = {
  minLength: isLength,
  maxLength: isLength,
  minimum: Number.isFinite,
  exclusiveMinimum: Number.isFinite,
  maximum: Number.isFinite,
  exclusiveMaximum: Number.isFinite,
  pattern: (value) => typeof value === 'string',
  required: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
  isAnswer: (value) => typeof value === 'boolean',
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value).slice(0, 60)
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unsupported(place: string, what: string): TypeError {
  return new TypeError(`Cannot validate by this definition: ${what} at #${place} is not supported`)
}
