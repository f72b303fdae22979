/**
 * A typed client of the create-model API, for Node, browsers and edge runtimes. To read the code top-down: start with `create-client.ts`
 * and `create-model.ts`. `exchange.ts` sends a request, again where that is safe; `attempt.ts` sends it once.
 */

export type { CallOptions } from './call-options.js'
export type { ClientOptions, HeaderRecord, SendRequest } from './client-options.js'
export { type Client, createClient } from './create-client.js'
export type {
  Aborted,
  AnswerProblem,
  Created,
  CreateModelResult,
  NetworkFailure,
  NotValid,
  OtherAnswer,
  Refused,
  TimedOut,
} from './result.js'
