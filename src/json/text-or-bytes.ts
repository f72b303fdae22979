import { typeName } from '../options/index.js'

/**
 * Converts a body to text or bytes. Accepts an `ArrayBuffer`, a `SharedArrayBuffer` and any view of one. Shared memory is
 * copied, because another thread may write to it.
 *
 * @param what - the name of the body in an error
 * @throws TypeError for anything else, such as a body that a framework has already parsed
 */
export function textOrBytes(body: unknown, what = 'the body'): string | Uint8Array {
  if (typeof body === 'string') return body
  if (ArrayBuffer.isView(body)) return owned(body instanceof Uint8Array ? body : bytesOf(body), body.buffer)
  if (isBuffer(body)) return owned(new Uint8Array(body), body)
  throw new TypeError(
    `${what} should be a string, an ArrayBuffer, or a view of one such as Uint8Array, not ${typeName(body)}: ${HELP}`,
  )
}

const HELP =
  'read a Request, Blob or stream first, for example with `await request.arrayBuffer()`; pass a parsed value to `validate`'

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function owned(bytes: Uint8Array, buffer: ArrayBufferLike): Uint8Array {
  return tagOf(buffer) === SHARED ? bytes.slice() : bytes
}

const SHARED = 'SharedArrayBuffer'

/** Checks the tag, because a buffer of another realm is not an instance of this realm's class. */
function isBuffer(value: unknown): value is ArrayBufferLike {
  const tag = tagOf(value)
  return tag === 'ArrayBuffer' || tag === SHARED
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}
