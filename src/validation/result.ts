/** Validation results, in the shapes of the service's responses. */

import type { ErrorType } from './error-types.js'

/** One error of a 422 response, as FastAPI writes it. */
export interface ErrorDetail {
  /** The error's type, such as `int_parsing`. */
  readonly type: ErrorType
  /** The place: `body`, then field names and indices. */
  readonly loc: readonly (string | number)[]
  /** A readable message. */
  readonly msg: string
  /** The invalid value, as given. Absent with `hideInput`. */
  readonly input?: unknown
  /** The values used in `msg`. Absent for most types. */
  readonly ctx?: Readonly<Record<string, unknown>>
}

/** The value is valid. `value` is new: coerced, with defaults filled in and unknown fields dropped. */
export interface Valid<Value> {
  readonly ok: true
  readonly value: Value
}

/** The value is invalid. */
export interface Invalid {
  readonly ok: false
  readonly status: 422
  readonly detail: ErrorDetail[]
  /** The total number of errors. Present only if `maxErrors` may have shortened `detail`. */
  readonly errorCount?: number
}

/** The body cannot be read: unknown encoding, nested too deeply, or an integer of more than 4,300 digits. */
export interface Unreadable {
  readonly ok: false
  readonly status: 400
  readonly detail: 'There was an error parsing the body'
}

/** The result for a value or body. */
export type ValidationResult<Value = unknown> = Valid<Value> | Invalid | Unreadable

/** The result for a body that cannot be read. */
export const UNREADABLE: Unreadable = Object.freeze({
  ok: false,
  status: 400,
  detail: 'There was an error parsing the body',
})

/** Options of `validate`. */
export interface ValidateOptions {
  /**
   * `lax` (the default) coerces values like the service. `strict` does not coerce, like pydantic's `strict=True` for JSON.
   */
  readonly mode?: 'lax' | 'strict'
  /** The start of every `loc`. Default: `['body']`. */
  readonly loc?: readonly (string | number)[]
  /** The most errors in `detail`. All errors are counted in `errorCount`. Default: no limit. */
  readonly maxErrors?: number
  /** The deepest allowed nesting of arrays and objects. Deeper values give a 400. Default: 1,000. */
  readonly maxDepth?: number
  /**
   * What becomes of an integer beyond 2^53 - 1 in a free field such as `custom_fields`. `refuse` (the default): `int_parsing_size`.
   * `bigint`: it stays exact, as a `bigint`. `number`: the nearest number; one beyond all numbers is refused.
   */
  readonly integers?: 'refuse' | 'bigint' | 'number'
  /** Leaves `input` out of every error, like `hide_input_in_errors` of pydantic. Default: false. */
  readonly hideInput?: boolean
}

/** The options of a run. */
export interface RunOptions extends ValidateOptions {
  /** Whether the `input` of an error keeps a `bigint`, for who writes it with `writeJson`. */
  readonly keepsIntegers?: boolean
}

/** Options of `validateJson`. */
export interface ValidateJsonOptions extends ValidateOptions {
  /**
   * The `Content-Type` header of the request, or `null` if it has none. If it is not JSON, the text itself is the
   * value. If this option is left out, the body is JSON.
   */
  readonly contentType?: string | null
}
