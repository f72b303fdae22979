import { Ajv, type MacroKeywordDefinition } from 'ajv'
import addFormats from 'ajv-formats'
import { isModelRef } from '../../../src/references/index.js'
import { MODEL_REFERENCE_FORMAT, MODEL_REFERENCE_PATTERN } from '../../../src/schemas/constraints.js'
import { SCHEMAS, type SchemaName } from '../../../src/schemas/index.js'
import { COMMON_DATE_TIME, isUtcDateTime, MAX_URL, NORMAL_URL } from '../../../src/validation/fast-path/text-checks.js'

/** Ajv with ajv-formats, compiled from a definition as it is: whatever the fast path takes, it takes. */
export function ajvOf(name: SchemaName): (value: unknown) => boolean {
  return addFormats.default(new Ajv({ strict: false })).compile(JSON.parse(JSON.stringify(SCHEMAS[name])))
}

/**
 * Ajv, compiled from a definition and told which spellings the fast path leaves to the slow path: it takes just what the fast path
 * takes. Those are integers that may have been rounded, `-0` as a number, texts with half of a surrogate pair where a length is
 * asked for, numbers in free data that JSON may have written otherwise, and other forms of date-times and URLs than those that are answered as they are.
 */
export function exactAjvOf(name: SchemaName): (value: unknown) => boolean {
  const ajv = new Ajv({ strict: false })
    .addFormat(MODEL_REFERENCE_FORMAT, isModelRef)
    .addFormat('date-time', (text) => COMMON_DATE_TIME.test(text) || isUtcDateTime(text))
    .addFormat('uri', (text) => text.length <= MAX_URL && NORMAL_URL.test(text))
    .addFormat('unrounded', { type: 'number', validate: Number.isSafeInteger })
    .addFormat('double', { type: 'number', validate: (number) => !Object.is(number, -0) })
    .addFormat('well-formed', (text) => text.isWellFormed())
    .addKeyword({ keyword: 'free', validate: (_: unknown, data: unknown) => isPlain(data) })
  if (!('isAnswer' in SCHEMAS[name])) ajv.addKeyword(AT_MOST_ONE)
  return ajv.compile(JSON.parse(JSON.stringify(SCHEMAS[name]), (_, value) => withOurFormats(value)))
}

/** No two of the fields are there and not null: a rule of requests, which does not hold within an answer. */
const AT_MOST_ONE: MacroKeywordDefinition = {
  keyword: 'atMostOne',
  macro: ({ fields }: { fields: string[] }) => ({
    allOf: fields.flatMap((one, index) => fields.slice(index + 1).map((other) => ({ not: bothSet(one, other) }))),
  }),
}

function bothSet(...fields: string[]): object {
  const isSet = { not: { type: 'null' } }
  return { required: fields, properties: Object.fromEntries(fields.map((field) => [field, isSet])) }
}

/** Whether free data has only numbers that are the same in every JSON text. */
function isPlain(data: unknown): boolean {
  if (typeof data === 'number')
    return !Object.is(data, -0) && (Number.isSafeInteger(data) || data % 1 > 0 || data % 1 < 0)
  if (typeof data === 'object' && data !== null) return Object.values(data).every(isPlain)
  return data !== undefined && typeof data !== 'bigint'
}

const ANNOTATIONS = ['title', 'description', 'examples', 'default', '$id']

/** A part of a definition, with a format where the fast path asks for more. */
function withOurFormats(part: unknown): unknown {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
  if (Object.keys(part).every((key) => ANNOTATIONS.includes(key))) return { ...part, free: true }
  if ('additionalProperties' in part && part.additionalProperties === true) {
    return { ...part, additionalProperties: { free: true }, propertyNames: { format: 'well-formed' } }
  }
  const { type, format, maxLength, pattern }: Readonly<Record<string, unknown>> = { ...part }
  if (pattern === MODEL_REFERENCE_PATTERN) return { ...part, format: MODEL_REFERENCE_FORMAT }
  if (type === 'integer') return { ...part, format: 'unrounded' }
  return type === 'string' && maxLength !== undefined && format === undefined
    ? { ...part, format: 'well-formed' }
    : part
}
