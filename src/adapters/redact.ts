import { maskSecrets } from '../display/index.js'

/**
 * Copies a value or a list of errors with its secrets replaced by `***`: what stands under `api_key` and similar names, the same text
 * elsewhere, and the user info of URLs. For logs.
 *
 * @param value - plain data: an entity, a body, or the `detail` of a 422
 * @example
 * redact({ url: 'https://user:pw@example.com/', api_key: 'nvapi-1234' })
 * // { url: 'https://***@example.com/', api_key: '***' }
 */
export function redact(value: unknown): unknown {
  return maskSecrets(value).value
}
