/** Compares datetimes as validation writes them: ISO 8601 with microseconds, with or without a time zone. */

const DATETIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:Z|([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/

/** Whether one datetime is before another. No time zone means UTC. False if either is not a datetime. */
export function isBefore(one: string, other: string): boolean {
  const [a, b] = [instant(one), instant(other)]
  if (a === undefined || b === undefined) return false
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.microseconds < b.microseconds)
}

function instant(text: string): { seconds: number; microseconds: number } | undefined {
  const match = DATETIME.exec(text)
  if (match === null) return undefined
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const [fraction = '', sign, ...offset] = match.slice(7)
  const [offsetHours = 0, offsetMinutes = 0, offsetSeconds = 0] = offset.map((part) => Number(part ?? 0))
  const date = new Date(0)
  // `Date.UTC` maps the years 0 to 99 to 1900 to 1999; the setter does not.
  date.setUTCFullYear(year, month - 1, day)
  const local = date.getTime() / 1000 + hour * 3600 + minute * 60 + second
  const east = offsetHours * 3600 + offsetMinutes * 60 + offsetSeconds
  return { seconds: local - (sign === '-' ? -east : east), microseconds: Number(fraction.padEnd(6, '0')) }
}
