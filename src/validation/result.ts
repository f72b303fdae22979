/** What a validation answers: data, in the shapes of the service's own answers. */

/** One error of a 422 answer, as FastAPI writes it. */
export interface ErrorDetail {
  /** The error's type, such as `int_parsing`: one of `ERROR_TYPES`, or `json_invalid`. */
  readonly type: string
  /** Where: `body`, then field names and indices. */
  readonly loc: readonly (string | number)[]
  /** What is wrong, for a person. */
  readonly msg: string
  /** The value that failed, as it was given. */
  readonly input: unknown
  /** The numbers and words that `msg` is made of; absent for most types. */
  readonly ctx?: Readonly<Record<string, unknown>>
}

/** The value passed: a new one, with coercions made, defaults filled in and unknown fields dropped. */
export interface Valid<Value> {
  readonly ok: true
  readonly value: Value
}

/** The value failed. */
export interface Invalid {
  readonly ok: false
  readonly status: 422
  readonly detail: ErrorDetail[]
  /** How many errors there are; only where `maxErrors` may have cut `detail` short. */
  readonly errorCount?: number
}

/** The body could not be read at all: no known encoding, nested too deep, or an integer of more than 4,300 digits. */
export interface Unreadable {
  readonly ok: false
  readonly status: 400
  readonly detail: 'There was an error parsing the body'
}

/** The answer to a value or body. */
export type ValidationResult<Value = unknown> = Valid<Value> | Invalid | Unreadable

/** The one answer to a body that cannot be read. */
export const UNREADABLE: Unreadable = Object.freeze({
  ok: false,
  status: 400,
  detail: 'There was an error parsing the body',
})

/** How to validate. */
export interface ValidateOptions {
  /**
   * `lax` (the default) makes pydantic's coercions, as the service does; `strict` makes none, as pydantic's `strict=True`
   * does for JSON.
   */
  readonly mode?: 'lax' | 'strict'
  /** What every `loc` begins with; the default is `['body']`. */
  readonly loc?: readonly (string | number)[]
  /** How many errors `detail` may hold; the rest is only counted, in `errorCount`. The default is no limit. */
  readonly maxErrors?: number
  /** How deep arrays and objects may be nested; the default is 1,000. Beyond it the answer is a 400. */
  readonly maxDepth?: number
}

/** How to validate a body. */
export interface ValidateJsonOptions extends ValidateOptions {
  /**
   * The request's `Content-Type`, as the header has it; `null` for a request without one. Unless it is JSON, the text
   * itself is the value. Left out, the body is JSON.
   */
  readonly contentType?: string | null
}
