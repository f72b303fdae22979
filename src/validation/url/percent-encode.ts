/**
 * The characters to encode in each part of a URL: control and non-ASCII characters, and those that would end the part.
 * https://url.spec.whatwg.org/#percent-encoded-bytes
 */
export const IN_OPAQUE = /[^ -~]/gu
export const IN_FRAGMENT = /[^!#-;=?-_a-~]/gu
export const IN_QUERY = /[^!$-;=?-~]/gu
export const IN_SPECIAL_QUERY = /[^!$-&(-;=?-~]/gu
export const IN_PATH = /[^!$-;=@-_a-z|~]/gu
export const IN_USERINFO = /[^!$-.0-9A-Z_a-z~]/gu

/** Percent-encodes the characters that a regular expression finds. The text has no lone surrogates. */
export function percentEncode(text: string, encoded: RegExp): string {
  return text.replace(encoded, encodeCharacter)
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
