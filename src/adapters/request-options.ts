import { boolean, choice, func, limit, type OptionTable } from '../options/index.js'
import type {
  CreationOptions,
  CreationRefusalReason,
  ErrorDetail,
  Model,
  ModelValue,
  ValidateOptions,
} from '../validation/index.js'
import { VALIDATE_OPTIONS } from '../validation/options.js'

/** Bodies beyond this are refused if nothing else is said: a specification that lists every expert of a model takes megabytes. */
export const DEFAULT_MAX_BYTES = 10 * 2 ** 20

/**
 * The options of `validateRequest` and of every adapter.
 *
 * @typeParam M - the model
 * @typeParam Req - the framework's request
 */
export interface RequestOptions<M extends Model = Model, Req = unknown> extends ValidateOptions {
  /** The largest body in bytes. No more is read of a larger one, and the answer is 413. Default: 10 MiB. */
  readonly maxBytes?: number
  /**
   * Answers 415 to a body whose `Content-Type` is not JSON, or that has a `Content-Encoding`. Default: false. The service takes the text
   * of such a body for the value, and answers 422; it decodes no `Content-Encoding`.
   */
  readonly requireJson?: boolean
  /**
   * For the create route: says where a valid request creates its model, and what the registry has. What `creationRefusals` finds
   * first is the answer.
   */
  readonly creation?: (value: ModelValue<M>, request: Req) => CreationOptions | Promise<CreationOptions>
  /** Called for each refused request, for a log. Fastify's adapter logs to the request's own logger. */
  readonly onRefused?: (refused: RefusedRequest, request: Req) => void
  /**
   * Where secrets are masked (see {@link redact}): in what `onRefused` gets (the default), also in the body of the answer, or nowhere. Bodies
   * of the service show the invalid value, even if it is a secret.
   */
  readonly redact?: 'logs' | 'logs-and-bodies' | 'nothing'
}

/** A refused request, for a log. */
export interface RefusedRequest {
  readonly status: number
  /** The `detail` of the answer. */
  readonly detail: string | readonly ErrorDetail[]
  /** Why the create route refuses a valid body. */
  readonly reason?: CreationRefusalReason
}

/** The options that `validateRequest` and the adapters accept. */
export const REQUEST_OPTIONS: OptionTable<RequestOptions> = {
  ...VALIDATE_OPTIONS,
  maxBytes: limit(0),
  requireJson: boolean,
  creation: func(),
  onRefused: func(),
  redact: choice(['logs', 'logs-and-bodies', 'nothing']),
}
