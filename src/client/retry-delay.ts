import type { Answer, NoAnswer } from './attempt.js'
import { retryAfterMs } from './retry-after.js'

/** The answers after which a server may ask for a later request, without having done anything. */
const ASKS_TO_WAIT = new Set([429, 503])

/** The first wait after a refused connection. It doubles with each attempt. */
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 5000

/** With `Retry-After`, up to this much more, so that clients that were refused together do not return together. */
const MOST_JITTER_MS = 1000

/**
 * How long to wait before a request is sent again. Undefined if it must not be: it may have been carried out, or the server asks for a
 * longer wait than the caller allows. A server's wait is never shortened.
 *
 * @param attempts - how often the request has been sent
 * @param now - milliseconds since 1970
 * @param random - from 0 to 1
 */
export function retryDelay(
  outcome: Answer | NoAnswer,
  attempts: number,
  maxRetryAfterMs: number,
  now: number,
  random: number,
): number | undefined {
  if (outcome.kind === 'answer') {
    if (!ASKS_TO_WAIT.has(outcome.httpStatus)) return undefined
    const wait = retryAfterMs(outcome.retryAfter, outcome.date, now)
    if (wait === undefined || wait > maxRetryAfterMs) return undefined
    return wait + random * Math.min(MOST_JITTER_MS, Math.max(100, wait / 10))
  }
  if (outcome.failure?.kind !== 'refused' || outcome.httpStatus !== undefined) return undefined
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1))
  return longest / 2 + (random * longest) / 2
}
