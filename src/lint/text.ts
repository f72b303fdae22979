/** How findings quote what was written, and guess what was meant. */

export { nearest } from '../options/index.js'

import { maskUserInfo, printable } from '../display/index.js'

const MAX_QUOTED = 60

/** A value as a finding quotes it: JSON, on one line, never longer than a person reads, the user info of URLs masked. */
export function quoted(value: unknown): string {
  if (typeof value !== 'string') return clipped(String(value))
  const masked = maskUserInfo(value.length > MAX_MASKED ? value.slice(0, MAX_MASKED) : value)
  const text = printable(JSON.stringify(cut(masked)))
  return masked.length > MAX_QUOTED || value.length > MAX_MASKED ? `${text}…` : text
}

/** How much of a value is searched for user info: many quotes of one long value must not each cost its length. */
const MAX_MASKED = 10_000

/** The beginning of a text that is quoted; never half of a surrogate pair. */
function cut(text: string): string {
  const half = /[\ud800-\udbff]$/.test(text.slice(0, MAX_QUOTED)) && text.length > MAX_QUOTED
  return text.slice(0, half ? MAX_QUOTED - 1 : MAX_QUOTED)
}

/** A text that no quotes are put around, never longer than a person reads. */
export function clipped(text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text
}
