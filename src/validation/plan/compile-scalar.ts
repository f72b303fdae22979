import { MODEL_REFERENCE_FORMAT, MODEL_REFERENCE_PATTERN } from '../../schemas/constraints.js'
import { rustRegExp } from '../rust-pattern.js'
import type { Bounds, Plan, StringPlan } from './plan.js'
import { known, type Schema, unsupported } from './schema.js'

/** An integer within bounds. */
export function integerPlan(schema: Schema, place: string): Plan {
  return { kind: 'integer', ...bounds(schema, place) }
}

/** A number within bounds. */
export function numberPlan(schema: Schema, place: string): Plan {
  return { kind: 'number', ...bounds(schema, place) }
}

/** The formats that have a kind of their own, as in pydantic. */
const FORMATS: ReadonlyMap<unknown, Plan> = new Map<unknown, Plan>([
  ['date-time', { kind: 'datetime' }],
  ['date', { kind: 'date' }],
  ['time', { kind: 'time' }],
  ['uri', { kind: 'url' }],
  ['uuid', { kind: 'uuid' }],
])

/** A string, or what a format makes of it. */
export function stringPlan(schema: Schema, place: string): Plan {
  const { format, minLength, maxLength, pattern } = schema
  const formatted = FORMATS.get(format)
  if (formatted !== undefined) return known(schema, place, ['format']) && formatted
  if (format !== undefined && format !== MODEL_REFERENCE_FORMAT)
    throw unsupported(place, `format ${JSON.stringify(format)}`)
  known(schema, place, ['format', 'minLength', 'maxLength', 'pattern'])
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
