/**
 * The syntax violations of the Rust library `url`, with its messages. The parser repairs them silently, and strict mode
 * refuses them. Credentials in a URL are a violation too, but pydantic accepts them.
 */

export const BACKSLASH = 'backslash'
export const SPACE_IGNORED = 'leading or trailing control or space character are ignored in URLs'
export const DOUBLE_SLASH = 'expected //'
export const FILE_DOUBLE_SLASH = 'expected // after file:'
export const HOST_AND_DRIVE = 'file: with host and Windows drive letter'
export const CODE_POINT = 'non-URL code point'
export const NULL_IN_FRAGMENT = 'NULL characters are ignored in URL fragment identifiers'
export const PERCENT_SIGN = 'expected 2 hex digits after %'
export const TAB_OR_NEWLINE = 'tabs or newlines are ignored in URLs'
export const AT_SIGN = 'unencoded @ sign in username or password'

/** The message of a syntax violation. */
export type Violation =
  | typeof BACKSLASH
  | typeof SPACE_IGNORED
  | typeof DOUBLE_SLASH
  | typeof FILE_DOUBLE_SLASH
  | typeof HOST_AND_DRIVE
  | typeof CODE_POINT
  | typeof NULL_IN_FRAGMENT
  | typeof PERCENT_SIGN
  | typeof TAB_OR_NEWLINE
  | typeof AT_SIGN

/** The last violation in the characters of a part of a URL. */
export function lastViolation(text: string, isFragment = false): Violation | undefined {
  if (PLAIN.test(text)) return undefined
  let last: Violation | undefined
  for (let at = 0; at < text.length; at += 1) {
    const codePoint = text.codePointAt(at) ?? 0
    if (codePoint > 0xffff) at += 1
    if (codePoint === PERCENT) {
      if (!/^[0-9A-Fa-f]{2}$/.test(text.slice(at + 1, at + 3))) last = PERCENT_SIGN
    } else if (codePoint === 0 && isFragment) {
      last = NULL_IN_FRAGMENT
    } else if (!isUrlCodePoint(codePoint)) {
      last = CODE_POINT
    }
  }
  return last
}

const PERCENT = 0x25
const PLAIN = /^[a-zA-Z0-9!$&'()*+,\-./:;=?@_~]*$/

/** https://url.spec.whatwg.org/#url-code-points */
function isUrlCodePoint(codePoint: number): boolean {
  if (codePoint < 0x80) return PLAIN.test(String.fromCodePoint(codePoint))
  if (codePoint < 0xa0 || (codePoint >= 0xfdd0 && codePoint <= 0xfdef)) return false
  return (codePoint & 0xfffe) !== 0xfffe
}
