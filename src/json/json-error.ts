/** Why Python's decoder refuses a text, and where it stops. */
export interface JsonError {
  /** `json_invalid`: syntax error. `too_deep`: nested beyond the limit. `int_too_long`: an integer of more than 4,300 digits. */
  readonly code: 'json_invalid' | 'too_deep' | 'int_too_long'
  /** Python's message, such as `Expecting property name enclosed in double quotes`. */
  readonly message: string
  /** The position in UTF-16 code units: an index into the text. */
  readonly offset: number
  /** The position in code points: Python's `pos`, which the service reports as `["body", position]`. */
  readonly position: number
}

/** An error at an offset of a text. */
export function jsonErrorAt(code: JsonError['code'], message: string, text: string, offset: number): JsonError {
  return { code, message, offset, position: codePointsBefore(text, offset) }
}

function codePointsBefore(text: string, offset: number): number {
  let count = 0
  for (let at = 0; at < offset; count += 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return count
}
