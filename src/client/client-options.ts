import { boolean, choice, func, integer, type OptionTable, oneOf, recordOf, required, text } from '../options/index.js'

/** Options of {@link createClient}. */
export interface ClientOptions {
  /**
   * Where the API is: `https://host.com`, or with a prefix `https://host.com/gateway`. Without user, password, query and fragment.
   */
  readonly baseUrl: string
  /** Sends a request. Default: the runtime's `fetch`. */
  readonly fetch?: SendRequest
  /** More headers, such as `authorization`. A function is called before each attempt, for tokens that expire. */
  readonly headers?: HeaderRecord | (() => HeaderRecord | Promise<HeaderRecord>)
  /** The most milliseconds for one attempt, from connecting to the last byte of the answer. Default: 30,000. */
  readonly timeoutMs?: number
  /**
   * How often a request is sent again, at most. Default: 2. Only if that cannot create a model twice: the connection was refused, or
   * the answer is 429 or 503 with `Retry-After`.
   */
  readonly retries?: number
  /** The longest `Retry-After` to wait for, in milliseconds. A longer one is not waited for: the answer is the result. Default: 30,000. */
  readonly maxRetryAfterMs?: number
  /** Whether to check a request before sending it. A wrong one gives the service's 422 without a request. Default: false. */
  readonly checkRequests?: boolean
  /** Whether to check that a 201 holds a model entity. If not, fields may be missing or wrong. Default: true. */
  readonly checkAnswers?: boolean
  /**
   * What becomes of an integer beyond 2^53 - 1 in a free field of an answer, such as a 64-bit id in `custom_fields`: `refuse` (the
   * default: the result is `'other'`), `bigint`, or `number`, which rounds it.
   */
  readonly integers?: 'refuse' | 'bigint' | 'number'
  /** The most bytes of an answer, after decompression. Default: 16 MiB. */
  readonly maxAnswerBytes?: number
}

/** Sends a request: the part of `fetch` that the client uses. */
export type SendRequest = (url: string, init: RequestInit) => Promise<Response>

/** Headers by name. */
export type HeaderRecord = Readonly<Record<string, string>>

/** The options that `createClient` accepts. */
export const CLIENT_OPTIONS: OptionTable<ClientOptions> = {
  baseUrl: required(text),
  fetch: func(),
  headers: oneOf(recordOf(text), func<() => HeaderRecord | Promise<HeaderRecord>>()),
  // A longer timer fires at once in every runtime.
  timeoutMs: integer(1, 2 ** 31 - 1),
  retries: integer(0, 10),
  maxRetryAfterMs: integer(0, 2 ** 31 - 1),
  checkRequests: boolean,
  checkAnswers: boolean,
  integers: choice(['refuse', 'bigint', 'number']),
  maxAnswerBytes: integer(1),
}
