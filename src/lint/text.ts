/** How findings quote what was written, and guess what was meant. */

import { distance } from 'fastest-levenshtein'
import { maskUserInfo, printable } from '../display/index.js'

const MAX_QUOTED = 60
const MAX_KEY = 64

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

/** The known name that a misspelt one most likely stands for: at most a third of it wrong, case and `-` for `_` aside. */
export function nearest(text: string, known: readonly string[]): string | undefined {
  if (text.length > MAX_KEY) return undefined
  const wanted = comparable(text)
  const limit = Math.max(1, Math.floor(wanted.length / 3))
  let best: { name: string; away: number } | undefined
  for (const name of known) {
    const away = distance(wanted, comparable(name))
    if (away <= limit && away < (best?.away ?? Number.POSITIVE_INFINITY)) best = { name, away }
  }
  return best?.name
}

function comparable(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[\s-]/g, '_')
    .toLowerCase()
}

/** A text that no quotes are put around, never longer than a person reads. */
export function clipped(text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text
}
