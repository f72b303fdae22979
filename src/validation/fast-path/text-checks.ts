/**
 * What the fast path asks of a text: is it one that the service answers back unchanged? The generated functions hold the tests
 * themselves, as these are most of what the fast path costs: each is a regular expression with few alternatives, that tries no
 * character twice. A "no" is no error: the slow path decides then.
 */

import { MODEL_SEGMENT_RULE } from '../../schemas/constraints.js'

const { first, characters, maxLength } = MODEL_SEGMENT_RULE
const SEGMENT = `[${first}](?:-?[${characters}])+`

/** `segment` or `segment/segment`, but for how long they are. */
export const MODEL_REFERENCE = new RegExp(`^${SEGMENT}(?:/${SEGMENT})?$`)

/** The longest segment of a model reference, and so a reference that needs no further measuring. */
export const MAX_SEGMENT: number = maxLength

/** Whether no segment of a model reference is too long. */
export function hasShortSegments(reference: string): boolean {
  return reference.split('/').every(({ length }) => length <= MAX_SEGMENT)
}

/** A point in time as the service writes it, on a day that every month has: `2024-01-15T09:30:00Z`. */
export const COMMON_DATE_TIME = /^[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/

/** The same for any day, and with the six digits of the microseconds when they are not zero; other zones are left out. */
export function isUtcDateTime(text: string): boolean {
  return UTC_DATE_TIME.test(text) && (!text.startsWith('02-29', 5) || isLeapYear(Number(text.slice(0, 4))))
}

/**
 * An absolute `http` or `https` URL that the URL standard's parser gives back letter for letter: host, port, path and query of
 * characters that need no escape. Left out, as their normal form is another or needs more than this to know: user names,
 * punycode (`--`), numeric hosts, default ports, segments that are empty or begin with a dot, `%`.
 */
export const NORMAL_URL =
  /^https?:\/\/(?:[a-z0-9]+[.-])*[a-z][a-z0-9]*(?::(?!(?:80|443)\/)[1-9]\d{0,3})?(?=\/)(?:\/[\w~!$&()*+,;=:@-][\w~!$&()*+,;=:@.-]*)*\/?(?:\?[\w~!$&()*+,;=:@./?-]*)?$/

/** Longer URLs are rare, and a regular expression keeps a place to go back to for every character. */
export const MAX_URL = 2048

/** Years 0001 to 9999 of the Gregorian calendar, but for what 29 February asks of the year. */
const UTC_DATE_TIME =
  /^(?!0000)\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|[12]\d))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(?!000000)\d{6})?Z$/

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
