/**
 * Decodes UTF-8, UTF-16 and UTF-32, and keeps lone surrogates like Python's `surrogatepass`. Returns `undefined` for invalid
 * bytes. `TextDecoder` cannot do this: it refuses or replaces surrogates, and does not support UTF-32.
 */

/** Text from UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return STRICT_UTF8.decode(bytes)
  } catch {
    // Contains a surrogate, or is not UTF-8: the slow path finds out.
    return decodeWith(bytes, utf8CodePoint)
  }
}

/** Text from UTF-16 without a byte order mark. */
export function decodeUtf16(bytes: Uint8Array, littleEndian: boolean): string | undefined {
  if (bytes.length % 2 !== 0) return undefined
  const view = viewOf(bytes)
  return decodeWith(bytes, (_, at) => [view.getUint16(at, littleEndian), 2])
}

/** Text from UTF-32 without a byte order mark. */
export function decodeUtf32(bytes: Uint8Array, littleEndian: boolean): string | undefined {
  if (bytes.length % 4 !== 0) return undefined
  const view = viewOf(bytes)
  return decodeWith(bytes, (_, at) => {
    const codePoint = view.getUint32(at, littleEndian)
    return codePoint > 0x10ffff ? undefined : [codePoint, 4]
  })
}

const STRICT_UTF8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The code point (or UTF-16 code unit) at an offset, and its number of bytes. */
type ReadCodePoint = (bytes: Uint8Array, at: number) => readonly [codePoint: number, length: number] | undefined

/** Characters are joined in chunks of this size, below any engine's limit for arguments. */
const PIECE = 4096

function decodeWith(bytes: Uint8Array, read: ReadCodePoint): string | undefined {
  let text = ''
  let piece: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const next = read(bytes, at)
    if (next === undefined) return undefined
    piece.push(next[0])
    at += next[1]
    if (piece.length === PIECE) {
      text += String.fromCodePoint(...piece)
      piece = []
    }
  }
  return text + String.fromCodePoint(...piece)
}

/** For each length of a UTF-8 sequence: the mask and the marker bits of its first byte, and its smallest code point. */
const UTF8_FORMS = [
  [1, 0x80, 0x00, 0],
  [2, 0xe0, 0xc0, 0x80],
  [3, 0xf0, 0xe0, 0x800],
  [4, 0xf8, 0xf0, 0x10000],
] as const

const utf8CodePoint: ReadCodePoint = (bytes, at) => {
  const first = bytes[at] ?? 0
  const form = UTF8_FORMS.find(([, mask, begin]) => (first & mask) === begin)
  if (form === undefined) return undefined
  const [length, mask, , least] = form
  let codePoint = first & ~mask
  for (let index = 1; index < length; index += 1) {
    // Behind the end there is no continuation.
    const byte = bytes[at + index] ?? 0
    if ((byte & 0xc0) !== 0x80) return undefined
    codePoint = (codePoint << 6) | (byte & 0x3f)
  }
  return codePoint < least || codePoint > 0x10ffff ? undefined : [codePoint, length]
}
