import type { ErrorDetail } from './result.js'

/** The body of a 422 response, as the definition `HTTPValidationError` describes it. */
export interface InvalidBody {
  readonly detail: readonly ErrorDetail[]
}

/**
 * Builds the body of the 422 response for these errors.
 *
 * @example
 * const result = validateJson('Lora', text)
 * if (!result.ok && result.status === 422) return Response.json(validationErrorBody(result.detail), { status: 422 })
 */
export function validationErrorBody(detail: readonly ErrorDetail[]): InvalidBody {
  return { detail }
}
