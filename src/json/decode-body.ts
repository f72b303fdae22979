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
  const { decode, littleEndian, skip } = detectEncoding(body)
  return decode(skip === 0 ? body : body.subarray(skip), littleEndian)
}

interface Encoding {
  readonly decode: (bytes: Uint8Array, littleEndian: boolean) => string | undefined
  readonly littleEndian: boolean
  /** The length of the byte order mark. */
  readonly skip: number
}

/** The first match wins: the little-endian mark of UTF-32 starts like that of UTF-16. */
const BYTE_ORDER_MARKS: readonly (Encoding & { readonly mark: readonly number[] })[] = [
  { mark: [0x00, 0x00, 0xfe, 0xff], decode: decodeUtf32, littleEndian: false, skip: 4 },
  { mark: [0xff, 0xfe, 0x00, 0x00], decode: decodeUtf32, littleEndian: true, skip: 4 },
  { mark: [0xfe, 0xff], decode: decodeUtf16, littleEndian: false, skip: 2 },
  { mark: [0xff, 0xfe], decode: decodeUtf16, littleEndian: true, skip: 2 },
  { mark: [0xef, 0xbb, 0xbf], decode: decodeUtf8, littleEndian: true, skip: 3 },
]

/** `json.detect_encoding` of CPython. */
function detectEncoding(bytes: Uint8Array): Encoding {
  const marked = BYTE_ORDER_MARKS.find(({ mark }) => mark.every((byte, index) => bytes[index] === byte))
  if (marked !== undefined) return marked
  const utf8: Encoding = { decode: decodeUtf8, littleEndian: true, skip: 0 }
  const [first, second, third, fourth] = bytes
  if (bytes.length < 4 && bytes.length !== 2) return utf8
  const isUtf16 = bytes.length === 2
  if (first === 0) {
    return { decode: isUtf16 || second !== 0 ? decodeUtf16 : decodeUtf32, littleEndian: false, skip: 0 }
  }
  if (second === 0) {
    const isWide = !isUtf16 && third === 0 && fourth === 0
    return { decode: isWide ? decodeUtf32 : decodeUtf16, littleEndian: true, skip: 0 }
  }
  return utf8
}
