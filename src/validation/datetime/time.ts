import { digitsAt, failure, fraction, padded, utf8Length } from './digits.js'

/** A time of day with its zone, in normal form, or the error. */
export type TimeRead = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string }

/**
 * Parses a time of day up to the end of a text: `HH:MM`, then optional seconds, an optional fraction (six digits count), and an
 * optional zone. Has the same steps as speedate in the same order, so it reports the same first error.
 */
export function readTime(text: string, start: number): TimeRead {
  if (text.length < start + 5 && utf8Length(text.slice(start)) < 5) return failure('input is too short')
  const hour = digitsAt(text, start, 2)
  if (hour === undefined) return failure('invalid character in hour')
  if (text[start + 2] !== ':') return failure('invalid time separator, expected `:`')
  const minute = digitsAt(text, start + 3, 2)
  if (minute === undefined) return failure('invalid character in minute')
  if (hour > 23) return failure('hour value is outside expected range of 0-23')
  if (minute > 59) return failure('minute value is outside expected range of 0-59')
  const clock = `${padded(hour, 2)}:${padded(minute, 2)}`
  if (text[start + 5] !== ':') return withZone(text, start + 5, `${clock}:00`)
  const second = digitsAt(text, start + 6, 2)
  if (second === undefined) return failure('invalid character in second')
  if (second > 59) return failure('second value is outside expected range of 0-59')
  return withFraction(text, start + 8, `${clock}:${padded(second, 2)}`)
}

function withFraction(text: string, start: number, clock: string): TimeRead {
  if (text[start] !== '.' && text[start] !== ',') return withZone(text, start, clock)
  let end = start + 1
  while (digitsAt(text, end, 1) !== undefined) end += 1
  if (end === start + 1) return failure('second fraction digits missing after `.`')
  const microsecond = Number(text.slice(start + 1, Math.min(end, start + 7)).padEnd(6, '0'))
  return withZone(text, end, clock + fraction(microsecond))
}

const EXTRA_CHARACTERS = 'unexpected extra characters at the end of the input'

function withZone(text: string, start: number, clock: string): TimeRead {
  const first = text[start]
  if (first === undefined) return { ok: true, text: clock }
  if (first === 'Z' || first === 'z') {
    return start + 1 === text.length ? { ok: true, text: `${clock}Z` } : failure(EXTRA_CHARACTERS)
  }
  // ISO 8601 allows the real minus sign, U+2212.
  if (first !== '+' && first !== '-' && first !== '\u2212') return failure('invalid timezone sign')
  const hours = digitsAt(text, start + 1, 2)
  if (hours === undefined) return failure('invalid timezone hour')
  const minuteStart = text[start + 3] === ':' ? start + 4 : start + 3
  const minutes = digitsAt(text, minuteStart, 2)
  if (minutes === undefined) return failure('invalid timezone minute')
  if (minutes > 59) return failure('timezone minute value is outside expected range of 0-59')
  if (hours > 23) return failure('timezone offset must be less than 24 hours')
  if (minuteStart + 2 < text.length) return failure(EXTRA_CHARACTERS)
  if (hours === 0 && minutes === 0) return { ok: true, text: `${clock}Z` }
  return { ok: true, text: `${clock}${first === '+' ? '+' : '-'}${padded(hours, 2)}:${padded(minutes, 2)}` }
}
