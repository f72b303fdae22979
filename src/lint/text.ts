/** How findings quote values and suggest corrections. */

export { nearest, nearNames } from '../options/index.js'

import { maskUrls, printable } from '../display/index.js'

const MAX_QUOTED = 60

/** Quotes a value for a finding: JSON on one line, cut when long, with the user info of URLs masked. */
export function quoted(value: unknown): string {
  if (typeof value !== 'string') return clipped(String(value))
  const masked = maskUrls(value.length > MAX_MASKED ? value.slice(0, MAX_MASKED) : value)
  const text = printable(JSON.stringify(cut(masked)))
  return masked.length > MAX_QUOTED || value.length > MAX_MASKED ? `${text}…` : text
}

/** Only this many characters are searched for user info. A long value may be quoted many times. */
const MAX_MASKED = 10_000

/** The start of a text. Never cuts a surrogate pair in half. */
function cut(text: string): string {
  const half = /[\ud800-\udbff]$/.test(text.slice(0, MAX_QUOTED)) && text.length > MAX_QUOTED
  return text.slice(0, half ? MAX_QUOTED - 1 : MAX_QUOTED)
}

/** A text without quotes, cut when long. */
export function clipped(text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text
}
