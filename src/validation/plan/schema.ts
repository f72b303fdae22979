import type { Plan } from './plan.js'

/** A JSON Schema as the compiler of plans reads it. */
export type Schema = Readonly<Record<string, unknown>>

/** Compiles the schema at a place inside a definition. */
export type CompileAt = (definition: unknown, place: string) => Plan

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
export function known(schema: Schema, place: string, keywords: readonly string[]): true {
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
  minItems: isLength,
  maxItems: isLength,
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

/** Whether a value is a schema: an object. */
export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The error for what validation does not support. */
export function unsupported(place: string, what: string): TypeError {
  return new TypeError(`Cannot validate by this definition: ${what} at #${place} is not supported`)
}
