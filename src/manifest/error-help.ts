import { synonymsOf } from '../lint/synonyms.js'
import { clipped, nearest, quoted } from '../lint/text.js'
import { BackendFormat, FinetuningType, SCHEMAS } from '../schemas/index.js'
import type { ErrorDetail } from '../validation/index.js'
import { type SourceEntry, type SourceNode, spellingOf } from './source-node.js'

/** Adds what the message of a validation error does not say: the value found, and a suggestion. */
export function errorHelp(error: ErrorDetail, holder: SourceNode): string {
  if (error.type === 'missing') return missingHelp(String(error.loc.at(-1)), holder)
  if (error.type === 'enum' && typeof error.input === 'string') {
    const near = nearest(
      error.input,
      [...FinetuningType.enum, ...BackendFormat.enum].filter((name) => isExpected(error, name)),
    )
    if (near !== undefined) return `found ${found(error.input)}; did you mean ${near}?`
  }
  return `found ${found(error.input, spellingOf(holder))}`
}

function missingHelp(field: string, holder: SourceNode): string {
  const [misspelt] = misspeltKeys(field, holder)
  return misspelt === undefined ? `add the field ${field}` : `found ${quoted(misspelt.key)}; did you mean ${field}?`
}

/** The keys of an object that may have been meant to be a field that it lacks. */
export function misspeltKeys(field: string, holder: SourceNode): SourceEntry[] {
  if (holder.kind !== 'mapping') return []
  return holder.entries.filter(({ key }) => !FIELDS.has(key) && (isNearestTo(key, field) || meansField(key, field)))
}

/** Whether a misspelt name is nearer to a field than to the others of its definition. */
function isNearestTo(key: string, field: string): boolean {
  if (nearest(key, [field]) === undefined) return false
  return DEFINITIONS.some((fields) => fields.includes(field) && nearest(key, fields) === field)
}

function meansField(key: string, field: string): boolean {
  return synonymsOf(key).some((synonym) => synonym.field === field)
}

const DEFINITIONS: readonly (readonly string[])[] = Object.values(SCHEMAS).map((schema) =>
  'properties' in schema ? Object.keys(schema.properties) : [],
)

/** A known field is not a misspelling of another: `created_at` is not a misspelled `updated_at`. */
const FIELDS: ReadonlySet<string> = new Set(DEFINITIONS.flat())

function isExpected({ ctx }: ErrorDetail, name: string): boolean {
  return String(ctx?.['expected']).includes(`'${name}'`)
}

/** Describes a value in a few words. */
function found(value: unknown, spelling?: string): string {
  if (spelling !== undefined) return `the number ${clipped(spelling)}`
  if (value === null || value === undefined) return 'nothing (null)'
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text ${quoted(value)}`
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return value.length === 1 ? 'a list of one item' : `a list of ${value.length} items`
  const fields = Object.keys(value).length
  return fields === 1 ? 'a mapping of one field' : `a mapping of ${fields} fields`
}
