/** Masks secrets in URLs: user info, and parameters that name a secret. */

import { querySecretsIn } from './url-query.js'
import { MASK, type Stretch, userInfoIn } from './user-info.js'

/**
 * Masks the secrets of every URL in a text.
 *
 * @example
 * maskUrls('see http://user:hunter2@example.com/?token=abc') // 'see http://***@example.com/?token=***'
 */
export function maskUrls(text: string): string {
  let masked = ''
  let at = 0
  for (const { start, end } of urlSecretsIn(text)) {
    if (start < at) continue
    masked += text.slice(at, start) + MASK
    at = end
  }
  return masked + text.slice(at)
}

/** The secrets of the URLs in a text, in order. User info may hold what looks like a parameter. Takes linear time. */
export function urlSecretsIn(text: string): Stretch[] {
  const [users, parameters] = [userInfoIn(text), querySecretsIn(text)]
  return parameters.length === 0 ? users : [...users, ...parameters].sort((one, other) => one.start - other.start)
}
