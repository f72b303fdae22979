import type { HeaderRecord } from './client-options.js'
import { type Failure, failureOf } from './failure.js'
import { readAtMost } from './read-at-most.js'
import type { Settings } from './settings.js'
import { withinTime } from './within-time.js'

/** A request, ready to be sent any number of times. */
export interface Outgoing {
  readonly method: string
  readonly path: string
  readonly body: string
  readonly signal: AbortSignal | undefined
}

/** An answer, with its body read. */
export interface Answer {
  readonly kind: 'answer'
  readonly httpStatus: number
  readonly isRedirect: boolean
  readonly contentType: string | null
  readonly retryAfter: string | null
  readonly date: string | null
  readonly bytes: Uint8Array
  /** Whether `bytes` is the whole body, or its first `maxAnswerBytes`. */
  readonly isWhole: boolean
  /** The caller's headers, which a quotation of the body must not show. */
  readonly sentHeaders: HeaderRecord
}

/** No answer, or only a part of one. */
export interface NoAnswer {
  readonly kind: 'timeout' | 'aborted' | 'failure'
  /** Whether the request may have reached the server. */
  readonly isSent: boolean
  readonly failure?: Failure
  /** The status, if the answer broke after it. */
  readonly httpStatus?: number
}

/**
 * Sends a request once.
 *
 * @throws what the caller's function for headers throws
 */
export async function attempt(settings: Settings, outgoing: Outgoing): Promise<Answer | NoAnswer> {
  const { send, base, timeoutMs, maxAnswerBytes } = settings
  const { method, path, body } = outgoing
  let progress: { readonly isSent: boolean; readonly httpStatus?: number } = { isSent: false }

  async function exchange(signal: AbortSignal): Promise<Answer> {
    const sentHeaders = await settings.headers()
    const headers = { ...sentHeaders, accept: 'application/json', 'content-type': 'application/json' }
    progress = { isSent: true }
    // A followed redirect would turn the POST into a GET, and carry headers with secrets to another host.
    const response = await send(base.prefix + path, { method, headers, body, signal, redirect: 'manual' })
    const httpStatus = response.status
    progress = { isSent: true, httpStatus }
    const { bytes, isAll } = await readAtMost(response.body, maxAnswerBytes, signal)
    return {
      kind: 'answer',
      httpStatus,
      isRedirect: response.type === 'opaqueredirect' || (httpStatus >= 300 && httpStatus < 400),
      contentType: response.headers.get('content-type'),
      retryAfter: response.headers.get('retry-after'),
      date: response.headers.get('date'),
      bytes,
      isWhole: isAll,
      sentHeaders,
    }
  }

  try {
    const ending = await withinTime(timeoutMs, outgoing.signal, exchange)
    return ending.end === 'done' ? ending.value : { kind: ending.end, ...progress }
  } catch (error) {
    if (!progress.isSent) throw error
    const failure = failureOf(error)
    return { kind: 'failure', failure, ...progress, isSent: !failure.isBeforeSending }
  }
}
