/** The most digits of an integer: `sys.int_info.default_max_str_digits` of CPython. */
export const MAX_INTEGER_DIGITS = 4300

/** A number that was read. */
export interface ScannedNumber {
  readonly text: string
  readonly isInteger: boolean
}

/**
 * Reads the longest number that starts at an offset, like CPython's decoder: `01` is 0 followed by extra text, and `1.` is 1
 * followed by extra text. Returns `undefined` if no number starts there.
 */
export function scanNumber(text: string, start: number): ScannedNumber | undefined {
  NUMBER.lastIndex = start
  const match = NUMBER.exec(text)
  if (match === null) return undefined
  return { text: match[0], isInteger: match[1] === undefined && match[2] === undefined }
}

/** The value of a number. An integer beyond 2^53 - 1 is a `bigint`, and `-0` is the integer 0. */
export function numberValue(scanned: ScannedNumber): number | bigint {
  const value = Number(scanned.text)
  if (!scanned.isInteger) return value
  return Number.isSafeInteger(value) ? value + 0 : BigInt(scanned.text)
}

/** Whether an integer has more digits than Python converts. */
export function isIntegerTooLong(scanned: ScannedNumber): boolean {
  return scanned.isInteger && scanned.text.replace('-', '').length > MAX_INTEGER_DIGITS
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y
