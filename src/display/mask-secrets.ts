import { isSecretKey } from './secret-key.js'
import { maskText } from './secrets-in-text.js'
import { maskUrls } from './url-secrets.js'
import { MASK } from './user-info.js'

/** A value with secrets masked, and the number of masked secrets. */
export interface MaskedValue {
  readonly value: unknown
  readonly secrets: number
}

/**
 * Copies plain data and masks its secrets: every value under a key that names a secret (see `isSecretKey`), including lists
 * and objects, copies of them elsewhere in the data, and the secrets of URLs. It also works on the error list of a 422: the
 * `input` of an error is masked if its `loc` contains such a key, and secrets written inside an `input` (`"api_key=…"`) are
 * masked.
 *
 * Recursion is safe, because values are at most 1,000 levels deep. Null, an empty string and a reference to a variable
 * (`${API_KEY}`) are not secrets.
 *
 * @param source - what the data was made from. Copies of its secrets are masked, too
 */
export function maskSecrets(value: unknown, source?: unknown): MaskedValue {
  let secrets = 0
  const known = secretCopies([value, source])

  function masked(part: unknown, under: Under): unknown {
    if (Array.isArray(part)) return part.map((item) => masked(item, under))
    if (typeof part === 'object' && part !== null) return maskedFields(part, under)
    if ((under === 'secret' && isHidden(part)) || known.has(part)) {
      secrets += 1
      return MASK
    }
    if (typeof part !== 'string') return part
    const shown = known.masked(under === 'input' ? maskText(part) : maskUrls(part))
    if (shown !== part) secrets += 1
    return shown
  }

  function maskedFields(fields: object, under: Under): object {
    const copy = {}
    for (const [key, field] of Object.entries(fields)) {
      // An assignment to `__proto__` would change the prototype instead of adding a field.
      Object.defineProperty(copy, known.has(key) ? MASK : known.masked(maskUrls(key)), {
        value: masked(field, underKey(under, key, fields)),
        writable: true,
        enumerable: true,
        configurable: true,
      })
    }
    return copy
  }

  const shown = masked(value, 'data')
  return { value: shown, secrets }
}

/** Where a value is: under a key that names a secret, in the `input` of an error, or elsewhere. */
type Under = 'secret' | 'input' | 'data'

function underKey(under: Under, key: string, fields: object): Under {
  if (under === 'secret' || isSecretKey(key)) return 'secret'
  if (key !== 'input' || !isError(fields)) return under
  return leadsToSecret(fields.loc) ? 'secret' : 'input'
}

/** Shorter values, such as `none` and `1`, are masked only under their key. */
const SHORTEST_COPY = 6

/** Shorter texts, such as `secret`, are masked only where they are the whole value. */
const SHORTEST_PART = 8

/** With more secrets than this, only whole values are compared with them. */
const MOST = 200

/** The secrets that may occur again under another key. */
interface SecretCopies {
  /** Whether a value is a secret, or the beginning of one that was cut. */
  has(value: unknown): boolean
  /** A text with the secrets inside it masked. */
  masked(text: string): string
}

function secretCopies(values: readonly unknown[]): SecretCopies {
  const secrets = secretTexts(values)
  const texts = [...secrets].filter((secret) => typeof secret === 'string' && secret.length >= SHORTEST_PART)
  const parts = texts.length > MOST ? [] : texts.map(String).sort((one, other) => other.length - one.length)
  return {
    has: (value) => secrets.has(value) || (typeof value === 'string' && isBeginningOf(parts, value)),
    masked: (text) => parts.reduce((shown, part) => shown.replaceAll(part, MASK), text),
  }
}

function isBeginningOf(secrets: readonly string[], text: string): boolean {
  return (
    text.length > SHORTEST_PART && text.endsWith('…') && secrets.some((secret) => secret.startsWith(text.slice(0, -1)))
  )
}

/** All texts and numbers under keys that name a secret, and the keys of objects there. */
function secretTexts(values: readonly unknown[]): ReadonlySet<unknown> {
  const found = new Set<unknown>()
  const note = (value: unknown) => {
    if (
      ['string', 'number', 'bigint'].includes(typeof value) &&
      String(value).length >= SHORTEST_COPY &&
      isHidden(value)
    )
      found.add(value)
  }
  const pending: (readonly [unknown, Under])[] = values.map((value) => [value, 'data'])
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [part, under] = next
    if (typeof part !== 'object' || part === null) {
      if (under === 'secret') note(part)
      continue
    }
    for (const [key, field] of Object.entries(part)) {
      if (under === 'secret' && !Array.isArray(part)) note(key)
      pending.push([field, Array.isArray(part) ? under : underKey(under, key, part)])
    }
  }
  return found
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
