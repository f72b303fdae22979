/**
 * Text checks of the fast path: would the service return this text unchanged? They are most of the cost of the fast path, so
 * each is a regular expression with few alternatives and no backtracking. False is not an error: then the slow path decides.
 */

import { MODEL_SEGMENT_RULE } from '../../schemas/constraints.js'

const { first, characters, maxLength } = MODEL_SEGMENT_RULE
const SEGMENT = `[${first}](?:-?[${characters}])+`

/** `segment` or `segment/segment`, without the length limits. */
export const MODEL_REFERENCE = new RegExp(`^${SEGMENT}(?:/${SEGMENT})?$`)

/** The longest segment of a model reference. A reference of this length needs no further length check. */
export const MAX_SEGMENT: number = maxLength

/** Whether no segment of a model reference is too long. */
export function hasShortSegments(reference: string): boolean {
  return reference.split('/').every(({ length }) => length <= MAX_SEGMENT)
}

/** A datetime as the service writes it, on a day that every month has: `2024-01-15T09:30:00Z`. */
export const COMMON_DATE_TIME = /^[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/

/** A date on a day that every month has. */
export const COMMON_DATE = /^[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/

/** A time of day as the service writes it, without a fraction. */
export const COMMON_TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ?$/

/** A UUID as the service writes it. */
export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The same for any day, with six digits of microseconds if they are not zero. Only UTC. */
export function isUtcDateTime(text: string): boolean {
  return UTC_DATE_TIME.test(text) && (!text.startsWith('02-29', 5) || isLeapYear(Number(text.slice(0, 4))))
}

/**
 * An absolute `http` or `https` URL that is already in normal form: host, port, path and query with characters that need no
 * escape. Excludes what may have another normal form: user names, punycode (`--`), numeric hosts, default ports, path
 * segments that are empty or start with a dot, and `%`.
 */
export const NORMAL_URL =
  /^https?:\/\/(?:[a-z0-9]+[.-])*[a-z][a-z0-9]*(?::(?!(?:80|443)\/)[1-9]\d{0,3})?(?=\/)(?:\/[\w~!$&()*+,;=:@-][\w~!$&()*+,;=:@.-]*)*\/?(?:\?[\w~!$&()*+,;=:@./?-]*)?$/

/** Longer URLs are rare, and the regular expression uses memory for every character. */
export const MAX_URL = 2048

/** Years 0001 to 9999 of the Gregorian calendar, without the leap-year check for 29 February. */
const UTC_DATE_TIME =
  /^(?!0000)\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|[12]\d))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(?!000000)\d{6})?Z$/

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
