import { clipped, nearest, quoted } from '../lint/text.js'
import { BackendFormat, FinetuningType, SCHEMAS } from '../schemas/index.js'
import type { ErrorDetail } from '../validation/index.js'
import type { SourceNode } from './source-node.js'

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
  const keys = holder.kind === 'mapping' ? holder.entries.map(({ key }) => key) : []
  const near = keys.find((key) => !FIELDS.has(key) && nearest(key, [field]) !== undefined)
  return near === undefined ? `add the field ${field}` : `found ${quoted(near)}; did you mean ${field}?`
}

/** A known field is not a misspelling of another: `created_at` is not a misspelled `updated_at`. */
const FIELDS: ReadonlySet<string> = new Set(
  Object.values(SCHEMAS).flatMap((schema) => ('properties' in schema ? Object.keys(schema.properties) : [])),
)

function isExpected({ ctx }: ErrorDetail, name: string): boolean {
  return String(ctx?.['expected'] ?? '').includes(`'${name}'`)
}

/** A number as written in the source, because its value may be rounded. */
function spellingOf(node: SourceNode): string | undefined {
  return node.kind === 'scalar' ? node.spelling : undefined
}

/** Describes a value in a few words. */
function found(value: unknown, spelling?: string): string {
  if (spelling !== undefined) return `the number ${clipped(spelling)}`
  if (value === null || value === undefined) return 'nothing (null)'
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text ${quoted(value)}`
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${quoted(value)}`
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.length === 1 ? 'a list of one item' : `a list of ${value.length} items`
  const fields = Object.keys(value).length
  return fields === 1 ? 'a mapping of one field' : `a mapping of ${fields} fields`
}
