import { isDeepStrictEqual } from 'node:util'
import { isSchemaName } from '../../src/schemas/index.js'
import { type ValidateJsonOptions, type ValidationResult, validateJson } from '../../src/validation/index.js'
import type { Answer, Case } from './records.js'

/** What the library answers to a case. */
export function ourAnswer(given: Case): ValidationResult {
  const model = given.model === 'CreateModel' ? 'CreateModelEntityRequest' : given.model
  if (!isSchemaName(model)) throw new Error(`no such model: ${model}`)
  const body = given.base64 === undefined ? (given.body ?? '') : new Uint8Array(Buffer.from(given.base64, 'base64'))
  const options: ValidateJsonOptions = {
    ...(given.content_type === undefined ? {} : { contentType: given.content_type }),
    ...(given.mode === undefined ? {} : { mode: given.mode }),
  }
  return validateJson(model, body, options)
}

/**
 * An answer as JSON data that can be compared: absent and null are alike in a value, and so are 0 and -0 everywhere,
 * which JavaScript writes alike.
 */
export function comparable(answer: Answer | ValidationResult): unknown {
  if (answer.ok) return { ok: true, value: withoutNulls(answer.value) }
  return {
    ok: false,
    status: 'status' in answer ? answer.status : 422,
    detail: JSON.parse(JSON.stringify(answer.detail), (_, value) => (value === 0 ? 0 : value)),
  }
}

/** Whether two answers are the same as JSON data. */
export function isSameAnswer(one: Answer | ValidationResult, other: Answer | ValidationResult): boolean {
  return isDeepStrictEqual(comparable(one), comparable(other))
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value
  const fields = Object.entries(value).filter(([, field]) => field !== null)
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNulls(field)]))
}
