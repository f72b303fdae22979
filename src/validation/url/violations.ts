/**
 * The syntax violations of the Rust library `url`, with its messages. The parser repairs them silently, and strict mode
 * refuses them. Credentials in a URL are a violation too, but pydantic accepts them.
 */
export const VIOLATIONS = {
  backslash: 'backslash',
  spaceIgnored: 'leading or trailing control or space character are ignored in URLs',
  doubleSlash: 'expected //',
  fileDoubleSlash: 'expected // after file:',
  hostAndDrive: 'file: with host and Windows drive letter',
  codePoint: 'non-URL code point',
  nullInFragment: 'NULL characters are ignored in URL fragment identifiers',
  percent: 'expected 2 hex digits after %',
  tabOrNewline: 'tabs or newlines are ignored in URLs',
  atSign: 'unencoded @ sign in username or password',
} as const

/** The message of a syntax violation. */
export type Violation = (typeof VIOLATIONS)[keyof typeof VIOLATIONS]

/** The last violation in the characters of a part of a URL. */
export function lastViolation(text: string, isFragment = false): Violation | undefined {
  if (PLAIN.test(text)) return undefined
  let last: Violation | undefined
  for (let at = 0; at < text.length; at += 1) {
    const codePoint = text.codePointAt(at) ?? 0
    if (codePoint > 0xffff) at += 1
    if (codePoint === PERCENT) {
      if (!/^[0-9A-Fa-f]{2}$/.test(text.slice(at + 1, at + 3))) last = VIOLATIONS.percent
    } else if (codePoint === 0 && isFragment) {
      last = VIOLATIONS.nullInFragment
    } else if (!isUrlCodePoint(codePoint)) {
      last = VIOLATIONS.codePoint
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
