import { keywordsOf } from '../../schemas/identity.js'
import { arrayPlan } from './compile-array.js'
import { intersectionPlan, objectPlan } from './compile-object.js'
import { integerPlan, numberPlan, stringPlan } from './compile-scalar.js'
import { constPlan, enumPlan, unionPlan } from './compile-union.js'
import type { Plan } from './plan.js'
import { type CompileAt, known, type Schema, unsupported } from './schema.js'

/**
 * Compiles a definition into a plan. Accepts definitions of both generations of TypeBox, and plain JSON Schema of the same shape.
 *
 * @throws TypeError for a kind or keyword that is not supported, with its place in the definition
 */
export function compilePlan(definition: unknown): Plan {
  return planAt(definition, '')
}

function planAt(definition: unknown, place: string): Plan {
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) {
    throw unsupported(place, 'anything but an object')
  }
  if (place.length > LONGEST_PLACE) throw unsupported(`${place.slice(0, 50)}…`, 'a definition that contains itself')
  for (const [key, what] of CODE) if (key in definition) throw unsupported(place, what)
  const schema = keywordsOf(definition)
  const keyword = KEYWORDS.find(([name]) => schema[name] !== undefined)
  if (keyword !== undefined) return keyword[1](schema, place, planAt)
  const type = schema['type']
  if (type === undefined) return known(schema, place, []) && anyPlan(definition, place)
  const compile = typeof type === 'string' && Object.hasOwn(BY_TYPE, type) ? BY_TYPE[type] : undefined
  if (compile === undefined) throw unsupported(place, `type ${JSON.stringify(type)}`)
  return compile(schema, place, planAt)
}

/** The keys where TypeBox stores functions for a validator to call. This validator calls none, so they are refused. */
const CODE = [
  ['~refine', 'Refine'],
  ['~codec', 'Decode or Encode'],
  [Symbol.for('TypeBox.Transform'), 'Transform'],
] as const

/** Longer than in any definition that does not contain itself. */
const LONGEST_PLACE = 5000

type Compile = (schema: Schema, place: string, planAt: CompileAt) => Plan

/** The keywords that make a kind whatever the type. */
const KEYWORDS: readonly (readonly [keyword: string, compile: Compile])[] = [
  ['anyOf', unionPlan],
  ['allOf', intersectionPlan],
  ['enum', enumPlan],
  ['const', constPlan],
]

const BY_TYPE: Readonly<Record<string, Compile>> = {
  array: arrayPlan,
  boolean: (schema, place) => known(schema, place, []) && { kind: 'boolean' },
  integer: integerPlan,
  number: numberPlan,
  object: objectPlan,
  string: stringPlan,
}

/** A schema without keywords is free data, unless a framework checks its kind in code (`TypeRegistry`). */
function anyPlan(definition: object, place: string): Plan {
  const kind: unknown = Reflect.get(definition, KIND)
  if (kind !== undefined && !FREE_KINDS.has(kind)) throw unsupported(place, `the kind ${JSON.stringify(kind)}`)
  return { kind: 'any' }
}

const KIND = Symbol.for('TypeBox.Kind')
const FREE_KINDS: ReadonlySet<unknown> = new Set(['Any', 'Unknown', 'Unsafe'])
