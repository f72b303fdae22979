import { isSecretKey, urlSecretsIn } from '../../display/index.js'

/** Whether a value has a key that names a secret, or a text with a secret in it. Recursion is safe: readers limit the depth. */
export function mayHoldSecret(value: unknown): boolean {
  if (typeof value === 'string') return urlSecretsIn(value).length > 0
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(mayHoldSecret)
  return Object.entries(value).some(([key, field]) => isTelling(key) || mayHoldSecret(field))
}

/** Cached, because all documents have the same keys. */
function isTelling(key: string): boolean {
  const known = KEYS.get(key)
  if (known !== undefined) return known
  const telling = isSecretKey(key) || urlSecretsIn(key).length > 0
  if (KEYS.size >= MOST_KEYS) KEYS.clear()
  KEYS.set(key, telling)
  return telling
}

const KEYS = new Map<string, boolean>()
const MOST_KEYS = 1000
