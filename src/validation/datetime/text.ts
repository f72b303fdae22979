/**
 * Parses datetimes like pydantic, with the rules and messages of its `speedate` library. The result is the text that pydantic
 * writes for the datetime, or the error.
 */

import { digitsAt, failure, fraction, padded, utf8Length } from './digits.js'
import { readTime } from './time.js'

/** A datetime in normal form, with its year, or the error. */
export type Parsed =
  | { readonly ok: true; readonly text: string; readonly year: number }
  | { readonly ok: false; readonly error: string }

/** Parses `YYYY-MM-DD`, a separator, a time of day and an optional zone; or a timestamp in digits. */
export function parseDatetime(text: string): Parsed {
  const parsed = parseRfc3339(text)
  if (parsed.ok) return parsed
  const timestamp = parseTimestamp(text)
  return timestamp === undefined ? parsed : datetimeFromTimestamp(timestamp)
}

/** Parses `YYYY-MM-DD` as midnight. The error for other texts, which {@link parseDatetime} has refused. */
export function parseDate(text: string): Parsed {
  const date = readDate(text)
  if (date.ok && text.length === DATE_LENGTH) return { ok: true, text: `${date.text}T00:00:00`, year: date.year }
  const timestamp = /^[+-]?[0-9]+$/.test(text) ? parseTimestamp(text) : undefined
  if (timestamp === undefined) return date.ok ? failure('unexpected extra characters at the end of the input') : date
  return datetimeFromTimestamp(timestamp)
}

/** Parses `YYYY-MM-DD`, or a timestamp in digits that is at midnight, as a date. */
export function parseExactDate(text: string): Parsed {
  const date = readDate(text)
  if (date.ok && text.length === DATE_LENGTH) return date
  const timestamp = /^[+-]?[0-9]+$/.test(text) ? parseTimestamp(text) : undefined
  if (timestamp === undefined) return date.ok ? failure('unexpected extra characters at the end of the input') : date
  const moment = datetimeFromTimestamp(timestamp)
  if (!moment.ok) return moment
  const isMidnight = moment.text.endsWith('T00:00:00Z')
  return isMidnight ? { ...moment, text: moment.text.slice(0, DATE_LENGTH) } : failure('Timestamp is not an exact date')
}

/** A timestamp with a larger absolute value is in milliseconds: `MS_WATERSHED` of speedate. */
const MILLISECONDS_BEYOND = 20_000_000_000
const FIRST_SECOND = -62_167_219_200
const LAST_SECOND = 253_402_300_799

/** The datetime, in UTC, of a number of seconds or milliseconds since 1970. */
export function datetimeFromTimestamp(timestamp: number): Parsed {
  if (Number.isNaN(timestamp)) return failure('NaN values not permitted')
  const { second, microsecond } = splitTimestamp(timestamp)
  if (second < FIRST_SECOND) return failure('dates before 0000 are not supported as unix timestamps')
  if (second > LAST_SECOND) return failure('dates after 9999 are not supported as unix timestamps')
  const moment = new Date(second * 1000)
  const year = moment.getUTCFullYear()
  const date = `${padded(year, 4)}-${padded(moment.getUTCMonth() + 1, 2)}-${padded(moment.getUTCDate(), 2)}`
  const time = moment.toISOString().slice(-13, -5)
  return { ok: true, text: `${date}T${time}${fraction(microsecond)}Z`, year }
}

function splitTimestamp(timestamp: number): { second: number; microsecond: number } {
  const unitsInSecond = Math.abs(timestamp) > MILLISECONDS_BEYOND ? 1000 : 1
  const second = Math.floor(timestamp / unitsInSecond)
  const microsecond = roundHalfAway((timestamp - second * unitsInSecond) * (1_000_000 / unitsInSecond))
  return microsecond < 1_000_000
    ? { second, microsecond }
    : { second: second + 1, microsecond: microsecond - 1_000_000 }
}

/** Rust's `f64::round` for non-negative numbers. */
function roundHalfAway(value: number): number {
  return Math.floor(value) + (value - Math.floor(value) >= 0.5 ? 1 : 0)
}

/** The number of a text of digits with an optional fraction. Integers must fit into 64 bits. */
function parseTimestamp(text: string): number | undefined {
  if (text.includes('.')) return DECIMAL.test(text) ? Number(text) : undefined
  const integer = INTEGER.exec(text)
  return integer !== null && isInt64(BigInt(`${integer[1] === '-' ? '-' : ''}${integer[2]}`)) ? Number(text) : undefined
}

/** More digits than this, without leading zeros, exceed 64 bits, so they need no parsing. */
const INTEGER = /^([+-]?)0*([0-9]{1,19})$/

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value
}

const DECIMAL = /^[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/

const DATE_LENGTH = 10
const DATE_SEPARATOR = 'invalid date separator, expected `-`'

type DateRead =
  | { readonly ok: true; readonly text: string; readonly year: number }
  | { readonly ok: false; readonly error: string }

/** Parses the date at the start of a text. */
function readDate(text: string): DateRead {
  // Lengths count bytes: a non-ASCII character can make a short text long enough.
  if (text.length < DATE_LENGTH && utf8Length(text) < DATE_LENGTH) return failure('input is too short')
  const year = digitsAt(text, 0, 4)
  if (year === undefined) return failure('invalid character in year')
  if (text[4] !== '-') return failure(DATE_SEPARATOR)
  const month = digitsAt(text, 5, 2)
  if (month === undefined) return failure('invalid character in month')
  if (text[7] !== '-') return failure(DATE_SEPARATOR)
  const day = digitsAt(text, 8, 2)
  if (day === undefined) return failure('invalid character in day')
  if (month < 1 || month > 12) return failure('month value is outside expected range of 1-12')
  if (day < 1 || day > daysIn(year, month)) return failure('day value is outside expected range')
  return { ok: true, text: text.slice(0, DATE_LENGTH), year }
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

function parseRfc3339(text: string): Parsed {
  const date = readDate(text)
  if (!date.ok) return date
  if (!['T', 't', ' ', '_'].includes(text.charAt(DATE_LENGTH))) {
    return failure('invalid datetime separator, expected `T`, `t`, `_` or space')
  }
  const time = readTime(text, DATE_LENGTH + 1)
  return time.ok ? { ok: true, text: `${date.text}T${time.text}`, year: date.year } : time
}
