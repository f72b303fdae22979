/** What a call answers: one union, told apart by `status`. An HTTP status is a number; everything else is a word. */

import type { ModelValue } from '../validation/plan/model.js'
import type { ErrorDetail } from '../validation/result.js'

/**
 * The result of `createModel`. `status` tells the cases apart:
 *
 * | status | meaning | has |
 * |---|---|---|
 * | 201 | created | `entity` |
 * | 422 | not valid, or refused by the route | `detail`: a list, or a sentence |
 * | 400, 403, 409 | refused | `detail`: a sentence |
 * | `'other'` | any other answer | `httpStatus`, `problem`, `message`, `body` |
 * | `'network-error'` | no complete answer | `message`, `code`, `mayExist` |
 * | `'timeout'` | no complete answer in time | `message`, `mayExist` |
 * | `'aborted'` | the caller's signal | `message`, `mayExist` |
 */
export type CreateModelResult = Created | NotValid | Refused | OtherAnswer | NetworkFailure | TimedOut | Aborted

/** The model is created. */
export interface Created extends Attempted {
  readonly ok: true
  readonly status: 201
  /** The model as the service stores it. Checked against its definition, unless `checkAnswers` is off. */
  readonly entity: ModelValue<'ModelEntity'>
}

/** The request is not valid, or the route refuses a valid one. */
export interface NotValid extends Attempted, FromWhere {
  readonly ok: false
  readonly status: 422
  /**
   * A list of validation errors, or one sentence if the route refuses a valid body: an unknown workspace, or a name that is not a
   * model name. These are the service's own words. `input` of an error holds what was sent, which may be a secret.
   */
  readonly detail: ErrorDetail[] | string
}

/** The service refuses the request: 400 for an unreadable body or a bad reference, 403 if not allowed, 409 if the name is taken. */
export interface Refused extends Attempted, FromWhere {
  readonly ok: false
  readonly status: 400 | 403 | 409
  /** The reason, in the service's words. */
  readonly detail: string
}

/** An answer that is none of the others: another status, a redirect, or a body that is not what its status promises. */
export interface OtherAnswer extends Attempted {
  readonly ok: false
  readonly status: 'other'
  /** The HTTP status. 0 for a redirect in a browser, which hides its status. */
  readonly httpStatus: number
  readonly problem: AnswerProblem
  /** What is wrong with the answer, in one line, without secrets. */
  readonly message: string
  /** The `detail` of the body, if it has one in the shape of FastAPI. */
  readonly detail?: ErrorDetail[] | string
  /** If `problem` is `unexpected-shape` and the status is 201: why the body is not a model entity. */
  readonly errors?: readonly ErrorDetail[]
  /** The first 1,000 characters of the body, with secrets masked. */
  readonly body: string
  /** How long the service asks to wait before the next request (`Retry-After`), if it does. */
  readonly retryAfterMs?: number
  /** Whether the model may have been created nevertheless. If so, the same request may answer 409. */
  readonly mayExist: boolean
}

/** Why an answer is none of the typed ones. */
export type AnswerProblem =
  | 'unexpected-status'
  | 'redirect'
  | 'wrong-content-type'
  | 'invalid-json'
  | 'unexpected-shape'
  | 'too-large'

/** No complete answer: the connection failed, or broke before the end of the answer. */
export interface NetworkFailure extends Attempted, Unanswered {
  readonly ok: false
  readonly status: 'network-error'
  /** The error code of the runtime, if it has one: `ECONNREFUSED`, `ENOTFOUND`. */
  readonly code?: string
}

/** No complete answer within `timeoutMs`. */
export interface TimedOut extends Attempted, Unanswered {
  readonly ok: false
  readonly status: 'timeout'
}

/** The caller's signal stopped the call. */
export interface Aborted extends Attempted, Unanswered {
  readonly ok: false
  readonly status: 'aborted'
}

interface Attempted {
  /** How often the request was sent. 0 if it was refused before sending. */
  readonly attempts: number
}

interface FromWhere {
  /** Who says so: the service, or the client before sending (`checkRequests`). */
  readonly source: 'service' | 'client'
}

interface Unanswered {
  /** What happened, in one line, without secrets. */
  readonly message: string
  /** The HTTP status, if the answer broke after it. */
  readonly httpStatus?: number
  /** Whether the model may have been created nevertheless. If so, the same request may answer 409. */
  readonly mayExist: boolean
}
