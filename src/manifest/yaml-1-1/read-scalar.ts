/**
 * What PyYAML makes of a plain scalar. It reads YAML 1.1 by regular expressions of its own, which are not exactly those of
 * the specification: `y` is text, and `1e3` is too.
 */

/** A scalar as PyYAML's `safe_load` reads it. */
export type Scalar11 =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  /** A Python `date` or `datetime`, as ISO text. */
  | { readonly kind: 'date' | 'datetime'; readonly value: string }
  /** PyYAML fails, and with it the whole file. */
  | { readonly kind: 'error'; readonly why: string }

/** Reads a plain scalar without a tag. */
export function readScalar11(source: string): Scalar11 {
  for (const [pattern, read] of READERS) if (pattern.test(source)) return read(source)
  return { kind: 'text', value: source }
}

/** Reads a scalar with a tag of the core schema, such as `!!int 010`. */
export function readTagged11(source: string, tag: string): Scalar11 {
  if (tag === 'tag:yaml.org,2002:int') {
    if (INTEGER.test(source)) return integer(source)
    // Python takes the prefix of YAML 1.2 too.
    const [, sign = '', digits] = /^([-+]?)0[oO]([0-7]+)$/.exec(source) ?? []
    if (digits === undefined) return { kind: 'error', why: 'it is not an integer of YAML 1.1' }
    const value = BigInt(`0o${digits}`)
    return { kind: 'integer', value: sign === '-' ? -value : value }
  }
  if (tag === 'tag:yaml.org,2002:float') return float(source)
  return { kind: 'text', value: source }
}

/** In the order of PyYAML's resolvers: the first that matches decides. */
const BOOLEAN = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
const INTEGER =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/
const NULL = /^(?:~|null|Null|NULL|)$/
const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d{1,2})(?::(\d{2}))?))?)?$/

const READERS: readonly (readonly [RegExp, (source: string) => Scalar11])[] = [
  [BOOLEAN, (source) => ({ kind: 'boolean', value: /^(?:yes|true|on)$/i.test(source) })],
  [FLOAT, float],
  [INTEGER, integer],
  [/^<<$/, () => ({ kind: 'error', why: 'it is a merge key' })],
  [NULL, () => ({ kind: 'null' })],
  [TIMESTAMP, timestamp],
  [/^=$/, () => ({ kind: 'error', why: 'it is a default key of YAML 1.1' })],
]

function integer(source: string): Scalar11 {
  const bare = source.replaceAll('_', '')
  const sign = bare.startsWith('-') ? -1n : 1n
  const digits = bare.replace(/^[-+]/, '')
  if (digits === '0b' || digits === '0x') return { kind: 'error', why: 'it is a number without digits' }
  if (digits.includes(':')) {
    const value = digits.split(':').reduce((total, part) => total * 60n + BigInt(part), 0n)
    return { kind: 'integer', value: sign * value }
  }
  if (digits.length > MOST_DIGITS && !/^0/.test(digits)) return { kind: 'error', why: 'it has too many digits' }
  const isOctal = /^0[0-7]/.test(digits)
  return { kind: 'integer', value: sign * BigInt(isOctal ? `0o${digits}` : digits) }
}

/** Python refuses to read a longer integer. */
const MOST_DIGITS = 4300

function float(source: string): Scalar11 {
  const bare = source.replaceAll('_', '').toLowerCase()
  const sign = bare.startsWith('-') ? -1 : 1
  const digits = bare.replace(/^[-+]/, '')
  if (digits === '.inf') return { kind: 'float', value: sign * Number.POSITIVE_INFINITY }
  // `.nan` is no number for JavaScript either.
  const value = digits
    .split(':')
    .reverse()
    .reduce((total, part, place) => total + Number(part) * 60 ** place, 0)
  return { kind: 'float', value: sign * value }
}

function timestamp(source: string): Scalar11 {
  const [, year, month, day, hour, minute, second, fraction, zone, sign, ...offset] = TIMESTAMP.exec(source) ?? []
  // A date needs two digits for month and day; a datetime does not.
  if (hour === undefined && `${month}${day}`.length < 4) return { kind: 'text', value: source }
  const noSuchDate: Scalar11 = { kind: 'error', why: 'there is no such date' }
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  const isDate = Number(year) >= 1 && date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
  if (!isDate) return noSuchDate
  const written = date.toISOString().slice(0, 10)
  if (hour === undefined) return { kind: 'date', value: written }
  const [offsetHours = 0, offsetMinutes = 0] = offset.map((digits = '') => Number(digits))
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
  if (!isTime || offsetHours * 60 + offsetMinutes >= 24 * 60) return noSuchDate
  const micros = (fraction ?? '').slice(0, 6).padEnd(6, '0')
  const time = `${padded(hour)}:${minute}:${second}${Number(micros) === 0 ? '' : `.${micros}`}`
  const isUtc = offsetHours === 0 && offsetMinutes === 0
  const suffix =
    zone === undefined
      ? ''
      : isUtc
        ? '+00:00'
        : `${sign}${padded(String(offsetHours))}:${padded(String(offsetMinutes))}`
  return { kind: 'datetime', value: `${written}T${time}${suffix}` }
}

function padded(digits: string): string {
  return digits.padStart(2, '0')
}
