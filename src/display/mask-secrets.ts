import { isSecretKey } from './secret-key.js'
import { MASK, maskUserInfo } from './user-info.js'

/** A value that may be shown, and how many secrets it has no more. */
export interface MaskedValue {
  readonly value: unknown
  readonly secrets: number
}

/**
 * A copy of plain data with secrets masked: what stands under a key that names one (see `isSecretKey`), in lists and
 * objects below it too, and the user info of URLs. The list of errors of a 422 is data as well: the `input` of an error whose
 * `loc` goes through such a key is masked.
 *
 * Values are at most 1,000 levels deep, so that recursion is safe. Nothing, an empty text and a reference to a variable
 * (`${API_KEY}`) are no secrets.
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
      // An assignment to `__proto__` would change the prototype in place of adding a field.
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

/** Whether a path goes through a key that names a secret. */
export function leadsToSecret(loc: readonly unknown[]): boolean {
  return loc.some((step) => typeof step === 'string' && isSecretKey(step))
}

/** Whether a scalar under such a key hides something. */
export function isHidden(value: unknown): boolean {
  return value !== null && value !== undefined && value !== '' && !(typeof value === 'string' && VARIABLE.test(value))
}

const VARIABLE = /^\$\{[A-Za-z_][A-Za-z0-9_.]*\}$/

function isError(fields: object): fields is { readonly loc: readonly unknown[] } {
  return 'type' in fields && 'msg' in fields && 'input' in fields && 'loc' in fields && Array.isArray(fields.loc)
}
