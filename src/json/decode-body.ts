import { decodeUtf8, decodeUtf16, decodeUtf32 } from './decode-unicode.js'
import { textOrBytes } from './text-or-bytes.js'

/**
 * Decodes a JSON body like Python's `json.loads`: UTF-8, UTF-16 or UTF-32, detected by a byte order mark or by the position
 * of zero bytes. Keeps lone surrogates. Returns `undefined` if the bytes are invalid in the detected encoding.
 *
 * @param body - bytes or text. A byte order mark is removed from either
 * @throws TypeError if the body is neither
 */
export function decodeBody(body: string | ArrayBufferLike | ArrayBufferView): string | undefined {
  return decodeBytes(textOrBytes(body))
}

function decodeBytes(body: string | Uint8Array): string | undefined {
  if (typeof body === 'string') {
    if (body.startsWith('\ufeff')) return body.slice(1)
    // The bytes of such a text would be detected as UTF-16 or UTF-32.
    return body.slice(0, 2).includes('\0') ? decodeBytes(new TextEncoder().encode(body)) : body
  }
  const [decode, littleEndian, mark] = detectEncoding(body)
  return decode(body.subarray(mark.length), littleEndian)
}

type Encoding = readonly [
  decode: (bytes: Uint8Array, littleEndian: boolean) => string | undefined,
  littleEndian: boolean,
  byteOrderMark: readonly number[],
]

/** The first match wins: the little-endian mark of UTF-32 starts like that of UTF-16. */
const MARKED: readonly Encoding[] = [
  [decodeUtf32, false, [0x00, 0x00, 0xfe, 0xff]],
  [decodeUtf32, true, [0xff, 0xfe, 0x00, 0x00]],
  [decodeUtf16, false, [0xfe, 0xff]],
  [decodeUtf16, true, [0xff, 0xfe]],
  [decodeUtf8, true, [0xef, 0xbb, 0xbf]],
]

/** `json.detect_encoding` of CPython. */
function detectEncoding(bytes: Uint8Array): Encoding {
  const marked = MARKED.find(([, , mark]) => mark.every((byte, index) => bytes[index] === byte))
  if (marked !== undefined) return marked
  const [first, second, third, fourth] = bytes
  const isUtf16 = bytes.length === 2
  if (bytes.length >= 4 || isUtf16) {
    if (first === 0) return [isUtf16 || second !== 0 ? decodeUtf16 : decodeUtf32, false, []]
    if (second === 0) return [!isUtf16 && third === 0 && fourth === 0 ? decodeUtf32 : decodeUtf16, true, []]
  }
  return [decodeUtf8, true, []]
}
