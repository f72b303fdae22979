/** How findings quote what was written, and guess what was meant. */

import { distance } from 'fastest-levenshtein'

const MAX_QUOTED = 60
const MAX_KEY = 64

/** What JSON leaves as it is and a terminal or an editor would act on: C1 controls, line ends, marks of direction. */
const UNPRINTABLE = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** A value as a finding quotes it: JSON, on one line, never longer than a person reads. */
export function quoted(value: unknown): string {
  if (typeof value !== 'string') return clipped(String(value))
  const text = JSON.stringify(value.slice(0, MAX_QUOTED)).replace(UNPRINTABLE, escaped)
  return value.length > MAX_QUOTED ? `${text}…` : text
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

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
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
