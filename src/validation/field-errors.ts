import { setField } from './record.js'
import type { ErrorDetail } from './result.js'

/**
 * The messages of a 422 by field, for a form. The key is the path without `body`, with dots: `spec.num_layers`, `adapters.0.name`. What is
 * wrong with the body itself has the key `''`. A dot or backslash in a name is written after a backslash: `custom_fields.a\.b`.
 *
 * @param detail - the `detail` of an answer: a list of errors, or a sentence of the create route, which has the key `''`
 * @example
 * const result = validate('Lora', { alpha: 'x' })
 * if (!result.ok) fieldErrors(result.detail)
 * // { rank: ['Field required'], alpha: ['Input should be a valid integer, unable to parse string as an integer'] }
 */
export function fieldErrors(detail: string | readonly ErrorDetail[]): Record<string, string[]> {
  const fields: Record<string, string[]> = {}
  if (typeof detail === 'string') return { '': [detail] }
  for (const { type, loc, msg } of detail) {
    // The place of a syntax error is a position in the text.
    const key = type === 'json_invalid' ? '' : keyOf(loc[0] === 'body' ? loc.slice(1) : loc)
    if (Object.hasOwn(fields, key)) fields[key]?.push(msg)
    else setField(fields, key, [msg])
  }
  return fields
}

function keyOf(path: readonly (string | number)[]): string {
  return path.map((step) => String(step).replace(/[.\\]/g, '\\$&')).join('.')
}
