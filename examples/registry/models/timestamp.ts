/**
 * The current time as the platform writes it: UTC to the microsecond, without a zone. `Date` knows milliseconds only.
 *
 * @example
 * now() // '2026-11-26T00:17:50.963278'
 */
export function now(): string {
  const microseconds = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000))
  const seconds = new Date(Number(microseconds / 1000n)).toISOString().slice(0, 19)
  return `${seconds}.${String(microseconds % 1_000_000n).padStart(6, '0')}`
}
