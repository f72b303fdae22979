/**
 * What the gate asks of a scalar: is it a value that the service answers back unchanged? Each check is linear in the text and
 * reads it once. A "no" is no error: the explainer decides then.
 */

/** A text of at most `max` code points without a lone surrogate: a length is counted only in well-formed texts. */
export function isShortText(value: unknown, max: number): boolean {
  if (typeof value !== 'string') return false
  return SURROGATE.test(value) ? codePoints(value) <= max : value.length <= max
}

/** 1 to `max` of `A-Z a-z 0-9 _ . -`. */
export function isName(value: unknown, max: number): boolean {
  return isTextOf(value, max, NAME)
}

/** 1 to `max` of the characters of a name, and slashes. */
export function isProjectUrn(value: unknown, max: number): boolean {
  return isTextOf(value, max, NAME | SLASH)
}

/** `segment` or `segment/segment`; a segment is a lowercase letter, then 1 to 62 of `a-z 0-9 - @ . + _`, no `--`, no `-` last. */
export function isModelReference(value: unknown, max: number): boolean {
  if (typeof value !== 'string' || value.length > max) return false
  const slash = value.indexOf('/')
  if (slash < 0) return isSegment(value, 0, value.length)
  return isSegment(value, 0, slash) && isSegment(value, slash + 1, value.length)
}

/**
 * A point in time as the service writes it: `2024-01-15T09:30:00Z`, or with the six digits of the microseconds when they are
 * not zero. Other zones and other spellings come back changed or are rare.
 */
export function isUtcDateTime(value: unknown): boolean {
  if (typeof value !== 'string' || !UTC_DATE_TIME.test(value)) return false
  return !value.startsWith('02-29', 5) || isLeapYear(Number(value.slice(0, 4)))
}

/** An absolute `http` or `https` URL that the URL standard's parser gives back letter for letter. */
export function isNormalUrl(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_URL && NORMAL_URL.test(value)
}

/** Longer ones are rare, and a regex keeps a place to go back to for every character. */
const MAX_URL = 2048

const SURROGATE = /[\ud800-\udfff]/

/** Years 0001 to 9999 of the Gregorian calendar, but for what 29 February asks of the year. */
const UTC_DATE_TIME =
  /^(?!0000)\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|[12]\d))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(?!000000)\d{6})?Z$/

/**
 * Host, port, path, query and fragment of characters that need no escape. Left out, as their normal form is another or needs
 * more than this to know: user names, punycode (`--`), numeric hosts, default ports, `.` and `..` as segments, `%`.
 */
const NORMAL_URL =
  /^https?:\/\/(?:[a-z0-9]+[.-])*[a-z][a-z0-9]*(?::(?!(?:80|443)\/)(?:[1-9]\d{0,3}|[1-5]\d{4}))?(?:\/(?!\.\.?(?:[/?#]|$))[\w.~!$&()*+,;=:@-]*)+(?:\?[\w.~!$&()*+,;=:@/?-]*)?(?:#[\w.~!$&()*+,;=:@/?-]*)?$/

/** The classes a character is in, as bits, by its code; beyond ASCII it is in none. */
const NAME = 1
const SEGMENT = 2
const LOWER = 4
const SLASH = 8
const CLASSES = new Uint8Array(128)
mark('abcdefghijklmnopqrstuvwxyz', NAME | SEGMENT | LOWER)
mark('ABCDEFGHIJKLMNOPQRSTUVWXYZ', NAME)
mark('0123456789_.-', NAME | SEGMENT)
mark('@+', SEGMENT)
mark('/', SLASH)

const HYPHEN = 45

function mark(characters: string, classes: number): void {
  for (const character of characters) CLASSES[character.charCodeAt(0)] = classes
}

function isIn(code: number, classes: number): boolean {
  return code < 128 && ((CLASSES[code] ?? 0) & classes) !== 0
}

function isTextOf(value: unknown, max: number, classes: number): boolean {
  if (typeof value !== 'string' || value.length === 0 || value.length > max) return false
  for (let at = 0; at < value.length; at++) if (!isIn(value.charCodeAt(at), classes)) return false
  return true
}

function isSegment(text: string, start: number, end: number): boolean {
  if (end - start < 2 || end - start > 63 || !isIn(text.charCodeAt(start), LOWER)) return false
  let last = 0
  for (let at = start + 1; at < end; at++) {
    const code = text.charCodeAt(at)
    if (!isIn(code, SEGMENT) || (code === HYPHEN && last === HYPHEN)) return false
    last = code
  }
  return last !== HYPHEN
}

/** The code points of a text, or infinitely many where it has a lone surrogate. */
function codePoints(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at++, count++) {
    const code = text.charCodeAt(at)
    if (code < 0xd800 || code > 0xdfff) continue
    const next = text.charCodeAt(++at)
    if (code > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return Number.POSITIVE_INFINITY
  }
  return count
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
