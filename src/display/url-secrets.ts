/** Masks secrets that a text shows by their form: in URLs, and keys and tokens of known vendors. */

import { querySecretsIn } from './url-query.js'
import { MASK, type Stretch, userInfoIn } from './user-info.js'
import { vendorTokensIn } from './vendor-tokens.js'

/**
 * Masks the secrets of every URL in a text, and the keys and tokens of known vendors.
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

/**
 * The secrets of the URLs in a text and the tokens of known vendors, in order. User info may hold what looks like a parameter
 * or a token. Takes linear time.
 */
export function urlSecretsIn(text: string): Stretch[] {
  const [users, parameters, tokens] = [userInfoIn(text), querySecretsIn(text), vendorTokensIn(text)]
  if (parameters.length === 0 && tokens.length === 0) return users
  return [...users, ...parameters, ...tokens].sort((one, other) => one.start - other.start)
}
