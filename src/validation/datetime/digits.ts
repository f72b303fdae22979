/** Helpers for parsing dates and times. */

/** The number written with this many digits at an offset. Undefined if one is not a digit. */
export function digitsAt(text: string, start: number, count: number): number | undefined {
  let value = 0
  for (let at = start; at < start + count; at += 1) {
    const digit = text.charCodeAt(at) - 0x30
    if (!(digit >= 0 && digit <= 9)) return undefined
    value = value * 10 + digit
  }
  return value
}

/** A number padded with zeros. */
export function padded(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

/** The fraction of a second as pydantic writes it: six digits, or nothing. */
export function fraction(microsecond: number): string {
  return microsecond === 0 ? '' : `.${padded(microsecond, 6)}`
}

/** The length of a text in bytes, which is how `speedate` counts. */
export function utf8Length(text: string): number {
  let length = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    const isSurrogate = unit >= 0xd800 && unit <= 0xdfff
    length += unit < 0x80 ? 1 : unit < 0x800 || isSurrogate ? 2 : 3
  }
  return length
}

/** An error, with the message of pydantic's `speedate`. */
export function failure(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error }
}
