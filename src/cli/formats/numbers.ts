import { grouped } from '../../display/index.js'

/** A count with thousands separators: `8,030,261,248`. */
export function count(value: number): string {
  return grouped(value)
}

/** A count with its noun: `1 error`, `2 errors`. */
export function plural(value: number, noun: string, several = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : several}`
}

/** A share of a whole: `12.3 %`. */
export function share(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : '0.0 %'
}

/** `1.50 GiB`. */
export function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`
}
