/** A string that was read, or why it is invalid. */
export type ScannedString =
  | { readonly ok: true; readonly value: string; readonly end: number }
  | { readonly ok: false; readonly message: string; readonly offset: number }

/**
 * Reads a JSON string like CPython's `scanstring`, with the same messages and places.
 *
 * @param text - the whole JSON text
 * @param start - the offset of the opening quote
 */
export function scanString(text: string, start: number): ScannedString {
  let value = ''
  let chunk = start + 1
  for (let at = chunk; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) return { ok: true, value: value + text.slice(chunk, at), end: at + 1 }
    if (unit < 0x20) return { ok: false, message: 'Invalid control character at', offset: at }
    if (unit !== BACKSLASH) continue
    if (at + 1 === text.length) break
    value += text.slice(chunk, at)
    const escaped = text.charAt(at + 1)
    if (escaped === 'u') {
      const code = hexEscape(text, at + 2)
      if (code === undefined) return { ok: false, message: 'Invalid \\uXXXX escape', offset: at + 1 }
      value += String.fromCharCode(code)
      at += 5
    } else {
      const character = ESCAPES.get(escaped)
      if (character === undefined) return { ok: false, message: 'Invalid \\escape', offset: at }
      value += character
      at += 1
    }
    chunk = at + 1
  }
  return { ok: false, message: 'Unterminated string starting at', offset: start }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/** Four hexadecimal digits. CPython also requires a character after them, because the string must still end. */
function hexEscape(text: string, at: number): number | undefined {
  if (at + 4 >= text.length) return undefined
  const digits = text.slice(at, at + 4)
  return /^[0-9A-Fa-f]{4}$/.test(digits) ? Number.parseInt(digits, 16) : undefined
}
