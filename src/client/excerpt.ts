import { MASK, maskText } from '../display/index.js'
import type { HeaderRecord } from './client-options.js'

const MAX_EXCERPT = 1000

/** Shorter words of a header are not masked: they occur by chance. */
const SHORTEST_SECRET = 6

/**
 * The start of a text from a server, without secrets: error pages sometimes quote the request. Masks every word of the headers that were
 * sent, the values of keys such as `api_key`, and passwords in URLs.
 */
export function excerpt(text: string, sentHeaders: HeaderRecord): string {
  const words = Object.values(sentHeaders).flatMap((value) => value.split(/[\s,;=]+/))
  const secrets = words.filter((word) => word.length >= SHORTEST_SECRET).sort((one, other) => other.length - one.length)
  // A secret that the end of the excerpt cuts in two is masked first.
  const margin = Math.max(0, ...secrets.map((secret) => secret.length))
  const masked = secrets.reduce((shown, secret) => shown.replaceAll(secret, MASK), text.slice(0, MAX_EXCERPT + margin))
  return maskText(masked).slice(0, MAX_EXCERPT)
}
