import type { BaseUrl } from './base-url.js'
import type { HeaderRecord, SendRequest } from './client-options.js'

/** What a client knows: its options, checked and with defaults. */
export interface Settings {
  readonly base: BaseUrl
  readonly send: SendRequest
  readonly headers: () => HeaderRecord | Promise<HeaderRecord>
  readonly timeoutMs: number
  readonly retries: number
  readonly maxRetryAfterMs: number
  readonly checkRequests: boolean
  readonly checkAnswers: boolean
  readonly integers: 'refuse' | 'bigint' | 'number'
  readonly maxAnswerBytes: number
}
