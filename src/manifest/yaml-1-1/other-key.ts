import { isSame } from './other-reading.js'
import { pythonFloat } from './python-float.js'
import { readScalar11, type Scalar11 } from './read-scalar.js'

/** How YAML 1.1 reads a key, and whether the core schema reads it like that. */
export interface OtherKey {
  readonly keyOther: Scalar11
  readonly isKeyAlike?: true
}

/**
 * How YAML 1.1 reads a plain key, if JSON gets another text from that than the written one.
 *
 * @param value - the key as the core schema reads it
 */
export function otherKey(written: string, value: unknown): OtherKey | undefined {
  if (!MAY_DIFFER.test(written)) return undefined
  const keyOther = readScalar11(written)
  if (keyText(keyOther) === written) return undefined
  return isSame(keyOther, value) ? { keyOther, isKeyAlike: true } : { keyOther }
}

/** What begins like none of these is text. Everything else of that kind is text too. */
const MAY_DIFFER = /^(?:[-+.0-9]|[yYnNoOtTfF~<=]|$)/

/** The text that Python's JSON encoder makes of a key. Undefined if it refuses the key. */
export function keyText(key: Scalar11): string | undefined {
  switch (key.kind) {
    case 'null':
      return 'null'
    case 'boolean':
    case 'integer':
    case 'text':
      return String(key.value)
    case 'float':
      return pythonFloat(key.value)
    default:
      return undefined
  }
}
