import type { ValidationResult } from '../../src/validation/index.js'
import type { Answer, Case } from './records.js'

/** Whether a difference is one of those that docs/parity.md explains. */
export function isIntended(given: Case, answer: Answer, ours: ValidationResult): boolean {
  return isStrictSyntax(given, answer) || isUnsafeInteger(ours)
}

/** In strict mode pydantic reads the JSON itself; the library always reads it as the service does. */
function isStrictSyntax(given: Case, answer: Answer): boolean {
  return given.mode === 'strict' && !answer.ok && answer.detail.toString() !== '' && hasType(answer, 'json_invalid')
}

/** An integer that JavaScript would round is an error. */
function isUnsafeInteger(ours: ValidationResult): boolean {
  return !ours.ok && ours.status === 422 && ours.detail.some(({ type }) => type === 'int_parsing_size')
}

function hasType(answer: Answer, type: string): boolean {
  return !answer.ok && typeof answer.detail !== 'string' && answer.detail.some((entry) => entry.type === type)
}
