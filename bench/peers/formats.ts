/** This package's formats as functions, for peers that bring none of their own. */
import { isUtcDateTime, NORMAL_URL } from '../../src/validation/fast-path/text-checks.js'

export { isUtcDateTime }

/** A URL in its normal form. */
export function isNormalUrl(text: string): boolean {
  return NORMAL_URL.test(text)
}
