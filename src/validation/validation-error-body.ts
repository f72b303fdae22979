import type { ErrorDetail } from './result.js'

/** The body of a 422 answer: what the definition `HTTPValidationError` describes. */
export interface InvalidBody {
  readonly detail: readonly ErrorDetail[]
}

/**
 * The body of the service's 422 answer to these errors.
 *
 * @example
 * const result = validateJson('Lora', text)
 * if (!result.ok && result.status === 422) return Response.json(validationErrorBody(result.detail), { status: 422 })
 */
export function validationErrorBody(detail: readonly ErrorDetail[]): InvalidBody {
  return { detail }
}
