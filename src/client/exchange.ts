import { type Answer, attempt, type NoAnswer, type Outgoing } from './attempt.js'
import { retryDelay } from './retry-delay.js'
import type { Settings } from './settings.js'
import { pause } from './within-time.js'

/** How a request ended, and how often it was sent. */
export interface Exchange {
  readonly outcome: Answer | NoAnswer
  readonly attempts: number
}

/** Sends a request, again where that is safe. */
export async function exchange(settings: Settings, outgoing: Outgoing): Promise<Exchange> {
  const { retries, maxRetryAfterMs } = settings
  if (outgoing.signal?.aborted) return { outcome: { kind: 'aborted', isSent: false }, attempts: 0 }
  for (let attempts = 1; ; attempts += 1) {
    const outcome = await attempt(settings, outgoing)
    const delay =
      attempts > retries ? undefined : retryDelay(outcome, attempts, maxRetryAfterMs, Date.now(), Math.random())
    if (delay === undefined) return { outcome, attempts }
    // What is sent again has created nothing.
    if ((await pause(delay, outgoing.signal)) === 'aborted') {
      return { outcome: { kind: 'aborted', isSent: false }, attempts }
    }
  }
}
