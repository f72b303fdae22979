/**
 * Reads a `Retry-After` header: seconds, or a date in any of the three formats of RFC 9110. A date is measured from the answer's own
 * `Date` header, so a wrong clock here does no harm.
 *
 * @param date - the `Date` header of the same answer
 * @param now - milliseconds since 1970, used without a `Date` header
 * @returns milliseconds from now, or undefined if the header is absent or malformed
 * @example
 * retryAfterMs('120', null, Date.now()) // 120000
 */
export function retryAfterMs(header: string | null, date: string | null, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const until = httpDate(text, now)
  return until === undefined ? undefined : Math.max(0, until - (httpDate(date?.trim() ?? '', now) ?? now))
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`. */
const FORMATS = [
  /^\w{3}, (?<day>\d{2}) (?<month>\w{3}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^\w{6,9}, (?<day>\d{2})-(?<month>\w{3})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^\w{3} (?<month>\w{3}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/,
]

/** Not `Date.parse`, which reads `-1` and `1.5` as dates, and times without a zone as local. */
function httpDate(text: string, now: number): number | undefined {
  const groups = FORMATS.map((format) => format.exec(text)?.groups).find((found) => found !== undefined)
  if (groups === undefined) return undefined
  const month = MONTHS.indexOf(groups['month'] ?? '')
  const [hours, minutes, seconds] = (groups['time'] ?? '').split(':').map(Number)
  if (month < 0 || hours === undefined || minutes === undefined || seconds === undefined) return undefined
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined
  const day = Number(groups['day'])
  const year = fullYear(groups['year'] ?? '', now)
  const time = Date.UTC(year, month, day, hours, minutes, seconds)
  // 31 February would be a day in March.
  return new Date(Date.UTC(year, month, day)).getUTCDate() === day ? time : undefined
}

/** Two digits are the year that is not more than 50 years ahead. */
function fullYear(digits: string, now: number): number {
  if (digits.length === 4) return Number(digits)
  const thisYear = new Date(now).getUTCFullYear()
  const year = thisYear - (thisYear % 100) + Number(digits)
  return year > thisYear + 50 ? year - 100 : year
}
