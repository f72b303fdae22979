import type { Reader } from './reader.js'

/** How often a piece repeats, and where its quantifier begins in the pattern. */
export interface Quantifier {
  readonly min: number
  readonly max: number
  readonly at: number
}

/** Reads a quantifier, if one is next. `{}`, or a `{` without its `}`, is literal text. */
export function quantifier(reader: Reader): Quantifier | undefined {
  const at = reader.at
  if (reader.takes('*')) return { min: 0, max: Number.POSITIVE_INFINITY, at }
  if (reader.takes('+')) return { min: 1, max: Number.POSITIVE_INFINITY, at }
  if (reader.takes('?')) return { min: 0, max: 1, at }
  if (reader.comes('{}') || !reader.takes('{')) return undefined
  const low = reader.while(/[0-9]/)
  const high = reader.takes(',') ? reader.while(/[0-9]/) : low
  if (!reader.takes('}')) {
    reader.at = at
    return undefined
  }
  const min = Number(low)
  const max = high === '' ? Number.POSITIVE_INFINITY : Number(high)
  if (min >= MAX_REPEAT || (high !== '' && max >= MAX_REPEAT))
    throw reader.problem('the repetition number is too large', at)
  if (max < min) throw reader.problem('min repeat greater than max repeat', at)
  return { min, max, at }
}

/** Python's limit for the numbers of a quantifier (`MAXREPEAT`). */
const MAX_REPEAT = 4_294_967_295
