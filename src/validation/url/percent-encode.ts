/** The characters to encode in each part of a URL: https://url.spec.whatwg.org/#percent-encoded-bytes */

const FRAGMENT = ' "<>`'
const PATH = `${FRAGMENT}#?{}`

/** The characters to encode in each part, in addition to control and non-ASCII characters. */
export const ENCODED_IN = {
  opaque: new Set<string>(),
  fragment: new Set(FRAGMENT),
  query: new Set(' "#<>'),
  specialQuery: new Set(' "#<>\''),
  path: new Set(PATH),
  userinfo: new Set(`${PATH}/:;=@[\\]^|`),
} as const

/** Percent-encodes a text for a part of a URL. The text has no lone surrogates. */
export function percentEncode(text: string, encoded: ReadonlySet<string>): string {
  if (NEVER_ENCODED.test(text)) return text
  let result = ''
  for (const character of text) {
    result += mustEncode(character, encoded) ? encodeCharacter(character) : character
  }
  return result
}

const NEVER_ENCODED = /^[\w.~!$&()*+,-]*$/

function mustEncode(character: string, encoded: ReadonlySet<string>): boolean {
  return character < ' ' || character > '~' || encoded.has(character)
}

function encodeCharacter(character: string): string {
  // `encodeURIComponent` does not encode an apostrophe.
  return character === "'" ? '%27' : encodeURIComponent(character)
}

/** Decodes percent-encoded bytes. Invalid UTF-8 becomes U+FFFD. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text
  const bytes = new TextEncoder().encode(text)
  const decoded: number[] = []
  for (let at = 0; at < bytes.length; at += 1) {
    const hex = bytes[at] === PERCENT ? String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0) : ''
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      decoded.push(Number.parseInt(hex, 16))
      at += 2
    } else {
      decoded.push(bytes[at] ?? 0)
    }
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(decoded))
}

const PERCENT = 0x25
