/** What a plain scalar is in the core schema of YAML 1.2 (section 10.3.2), as `yaml` reads it. */

/** The value of a plain scalar. Undefined if it is an integer that is too long. An integer beyond 2^53 is a `bigint`. */
export function coreValue(written: string): string | number | bigint | boolean | null | undefined {
  const word = WORDS.get(written)
  if (word !== undefined) return word
  if (INTEGER.test(written)) return written.length > LONGEST_INTEGER ? undefined : integer(written)
  if (FLOAT.test(written)) return Number.parseFloat(written)
  if (INFINITE.test(written)) return written.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return NOT_A_NUMBER.test(written) ? Number.NaN : written
}

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
])

const INTEGER = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/
/** Longer ones are left to the other reader, which knows the limit of Python. */
const LONGEST_INTEGER = 1000

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+)$/
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/

function integer(written: string): number | bigint {
  const value = BigInt(written.replace(/^[-+]/, ''))
  const signed = written.startsWith('-') ? -value : value
  const number = Number(signed)
  return Number.isSafeInteger(number) ? number : signed
}
