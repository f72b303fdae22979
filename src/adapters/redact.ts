import { maskSecrets } from '../display/index.js'
import type { Model } from '../validation/index.js'
import { markedSecrets, maskMarked } from './marked-secrets.js'

/**
 * Copies a value or a list of errors with its secrets replaced by `***`: what stands under `api_key` and similar names, the same text
 * elsewhere, and the user info of URLs. For logs. With a definition of your own, also what it marks as secret: `writeOnly: true` or
 * `format: 'password'`.
 *
 * @param value - plain data: an entity, a body, or the `detail` of a 422
 * @param model - the definition that the value is of
 * @example
 * redact({ url: 'https://user:pw@example.com/', api_key: 'nvapi-1234' })
 * // { url: 'https://***@example.com/', api_key: '***' }
 */
export function redact(value: unknown, model?: Model): unknown {
  const names = markedSecrets(model)
  return maskSecrets(names.size === 0 ? value : maskMarked(value, names)).value
}
