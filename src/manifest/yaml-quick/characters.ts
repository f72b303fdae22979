/** Classes of characters, by their codes. */

export const TAB = 0x09
export const SPACE = 0x20
export const DOUBLE_QUOTE = 0x22
export const HASH = 0x23
export const AMPERSAND = 0x26
export const SINGLE_QUOTE = 0x27
export const STAR = 0x2a
export const COMMA = 0x2c
export const DASH = 0x2d
export const DOT = 0x2e
export const SLASH = 0x2f
export const ZERO = 0x30
export const NINE = 0x39
export const COLON = 0x3a
export const LESS = 0x3c
export const GREATER = 0x3e
export const OPEN_BRACKET = 0x5b
export const BACKSLASH = 0x5c
export const CLOSE_BRACKET = 0x5d
export const UNDERSCORE = 0x5f
export const OPEN_BRACE = 0x7b
export const BAR = 0x7c
export const CLOSE_BRACE = 0x7d

export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

export function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)
}

export function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE
}

/** A letter, a digit, `_`, `-`, `.` or `/`. */
export function isOfWord(code: number): boolean {
  return isLetter(code) || (code >= DASH && code <= NINE) || code === UNDERSCORE
}

/** `[` or `{`. */
export function isOpening(code: number): boolean {
  return code === OPEN_BRACKET || code === OPEN_BRACE
}

/** `"` or `'`. */
export function isQuote(code: number): boolean {
  return code === DOUBLE_QUOTE || code === SINGLE_QUOTE
}

/** `|` or `>`, which begin a block scalar. */
export function isBlockMark(code: number): boolean {
  return code === BAR || code === GREATER
}

/** `,`, `[`, `]`, `{` or `}`. */
export function isFlowIndicator(code: number): boolean {
  return code === COMMA || isOpening(code) || code === CLOSE_BRACKET || code === CLOSE_BRACE
}
