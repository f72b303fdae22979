import { stripUnderscores, trim } from '../text.js'

/** Parses text like a pydantic `float`: what Rust parses after removing surrounding spaces or the underscores. */
export function parseFloatText(text: string): number | undefined {
  const parsed = parseRustFloat(trim(text))
  if (parsed !== undefined) return parsed
  const stripped = stripUnderscores(text)
  return stripped === undefined ? undefined : parseRustFloat(stripped)
}

const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/
const NAMED = /^([+-]?)(inf|infinity|nan)$/i

/** The grammar of Rust's `f64::from_str`. */
function parseRustFloat(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text)
  const named = NAMED.exec(text)
  if (named === null) return undefined
  if (named[2]?.toLowerCase() === 'nan') return Number.NaN
  return named[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}
