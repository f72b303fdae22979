/** Formats and trims strings like Python, for the service's own messages. */

/** Python's `repr` of a string. Characters newer than Python's Unicode tables are not escaped. */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let written = ''
  for (const character of text) {
    written += character === quote ? `\\${quote}` : (ESCAPES.get(character) ?? printed(character))
  }
  return quote + written + quote
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/** `str.isprintable` excludes all separators except the space, and all categories C. */
function printed(character: string): string {
  if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) return character
  const code = (character.codePointAt(0) ?? 0).toString(16)
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`
}

/** Trims a string like `str.strip`. */
export function pythonStrip(text: string): string {
  let start = 0
  let end = text.length
  while (isBlank(text.charCodeAt(start))) start += 1
  while (isBlank(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

/** More than JavaScript's `trim` (U+001C to U+001F, U+0085), but not the byte order mark; nor `NaN`, which stands for what is beyond a text. */
function isBlank(code: number): boolean {
  if (code <= 0x20) return (code >= 0x09 && code <= 0x0d) || code >= 0x1c
  if (code >= 0x2000 && code <= 0x200a) return true
  return [0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000].includes(code)
}

/** Python's error message for encoding a string with a lone surrogate. Undefined for any other string. */
export function encodingError(text: string): string | undefined {
  if (text.isWellFormed()) return undefined
  const characters = [...text]
  const first = characters.findIndex((character) => !character.isWellFormed())
  let last = first
  while (characters[last + 1]?.isWellFormed() === false) last += 1
  const code = (characters[first]?.charCodeAt(0) ?? 0).toString(16)
  return last === first
    ? `'utf-8' codec can't encode character '\\u${code}' in position ${first}: surrogates not allowed`
    : `'utf-8' codec can't encode characters in position ${first}-${last}: surrogates not allowed`
}
