/** This package's formats as functions, for peers that bring none of their own. */
import {
  hasShortSegments,
  isUtcDateTime,
  MAX_SEGMENT,
  MODEL_REFERENCE,
  NORMAL_URL,
} from '../../src/validation/fast-path/text-checks.js'

export { isUtcDateTime }

/** `segment` or `segment/segment`. */
export function isModelReference(text: string): boolean {
  return MODEL_REFERENCE.test(text) && (text.length <= MAX_SEGMENT || hasShortSegments(text))
}

/** A URL in its normal form. */
export function isNormalUrl(text: string): boolean {
  return NORMAL_URL.test(text)
}
