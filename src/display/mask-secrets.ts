import { isSecretKey } from './secret-key.js'
import { MASK, maskUserInfo } from './user-info.js'

/** A value with secrets masked, and the number of masked secrets. */
export interface MaskedValue {
  readonly value: unknown
  readonly secrets: number
}

/**
 * Copies plain data and masks its secrets: every value under a key that names a secret (see `isSecretKey`), including lists
 * and objects, and the user info of URLs. It also works on the error list of a 422: the `input` of an error is masked if its
 * `loc` contains such a key.
 *
 * Recursion is safe, because values are at most 1,000 levels deep. Null, an empty string and a reference to a variable
 * (`${API_KEY}`) are not secrets.
 */
export function maskSecrets(value: unknown): MaskedValue {
  let secrets = 0

  function masked(part: unknown, isSecret: boolean): unknown {
    if (Array.isArray(part)) return part.map((item) => masked(item, isSecret))
    if (typeof part === 'object' && part !== null) return maskedFields(part, isSecret)
    if (isSecret && isHidden(part)) {
      secrets += 1
      return MASK
    }
    if (typeof part !== 'string') return part
    const shown = maskUserInfo(part)
    if (shown !== part) secrets += 1
    return shown
  }

  function maskedFields(fields: object, isSecret: boolean): object {
    const copy = {}
    const isErrorOfSecret = isError(fields) && leadsToSecret(fields.loc)
    for (const [key, field] of Object.entries(fields)) {
      const isIt = isSecret || isSecretKey(key) || (isErrorOfSecret && key === 'input')
      // An assignment to `__proto__` would change the prototype instead of adding a field.
      Object.defineProperty(copy, maskUserInfo(key), {
        value: masked(field, isIt),
        writable: true,
        enumerable: true,
        configurable: true,
      })
    }
    return copy
  }

  const shown = masked(value, false)
  return { value: shown, secrets }
}

/** Whether a path contains a key that names a secret. */
export function leadsToSecret(loc: readonly unknown[]): boolean {
  return loc.some((step) => typeof step === 'string' && isSecretKey(step))
}

/** Whether a scalar under such a key is a secret. */
export function isHidden(value: unknown): boolean {
  return value !== null && value !== undefined && value !== '' && !(typeof value === 'string' && VARIABLE.test(value))
}

const VARIABLE = /^\$\{[A-Za-z_][A-Za-z0-9_.]*\}$/

function isError(fields: object): fields is { readonly loc: readonly unknown[] } {
  return 'type' in fields && 'msg' in fields && 'input' in fields && 'loc' in fields && Array.isArray(fields.loc)
}
