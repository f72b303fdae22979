import { stripUnderscores, trim } from '../text.js'

/** The most digits of an integer that pydantic reads from text. */
const MAX_DIGITS = 4300

/**
 * Parses text like a pydantic `int`. Accepts surrounding spaces, a sign, leading zeros, underscores between digits and a
 * fraction of zeros. Returns the integer, rounded if a number cannot hold it, or the type of the error.
 *
 * It follows `str_as_int` of pydantic-core, which first tries the text unchanged, and then the cleaned text.
 */
export function parseInteger(text: string): number | 'int_parsing' | 'int_parsing_size' {
  if (leadingDigits(text) > MAX_DIGITS) return 'int_parsing_size'
  const digits = PLAIN_INTEGER.test(text) ? text : (cleaned(text) ?? '')
  if (!PLAIN_INTEGER.test(digits) || leadingDigits(digits) > MAX_DIGITS) return 'int_parsing'
  return Number(digits)
}

/** An integer in JSON syntax, which pydantic-core reads with its JSON parser. */
const PLAIN_INTEGER = /^-?(?:0|[1-9][0-9]*)$/

const LEADING_DIGITS = /^-?([1-9][0-9]*)/

function leadingDigits(text: string): number {
  return text.length > MAX_DIGITS ? (LEADING_DIGITS.exec(text)?.[1]?.length ?? 0) : 0
}

/** `clean_int_str`: removes everything that may surround the digits. */
function cleaned(text: string): string | undefined {
  const trimmed = trim(text)
  const match = SIGN.exec(trimmed)
  if (match === null) return undefined
  const sign = match[1] === '-' ? '-' : ''
  const significant = withoutLeadingZeros(trimmed.slice(match[0].length))
  if (significant === undefined) return undefined
  const whole = withoutZeroFraction(significant)
  const stripped = stripUnderscores(whole)
  if (stripped === undefined && whole.length === text.length) return undefined
  return sign + (stripped ?? whole)
}

/** At most one sign. A plus must not be followed by another sign. */
const SIGN = /^([+-]?)(?![+-])/

/** Removes leading zeros and the underscores among them, except the last zero before a dot or the end. */
function withoutLeadingZeros(digits: string): string | undefined {
  if (/^[1-9]/.test(digits)) return digits
  if (!digits.startsWith('0')) return undefined
  const zeros = /^0[0_]*/.exec(digits)?.[0].length ?? 0
  const next = digits[zeros]
  if (next === undefined) return digits.slice(-1)
  if (next === '.') return digits.slice(zeros - 1)
  return /[1-9-]/.test(next) ? digits.slice(zeros) : undefined
}

/** `1.000` is 1: only zeros may follow the dot, and at least one. */
function withoutZeroFraction(digits: string): string {
  const dot = digits.indexOf('.')
  return dot !== -1 && /^0+$/.test(digits.slice(dot + 1)) ? digits.slice(0, dot) : digits
}
