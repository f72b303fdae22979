import { typeName } from '../options/index.js'

/**
 * What a body is: text, or bytes. An `ArrayBuffer`, a shared one and every view of one are bytes; shared ones are copied, as
 * another thread may write to them.
 *
 * @param what - what an error calls it
 * @throws TypeError for anything else, such as a body that a framework has parsed already
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
  'read a Request, Blob or stream first, as by `await request.arrayBuffer()`; `validate` takes a value that is parsed already'

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function owned(bytes: Uint8Array, buffer: ArrayBufferLike): Uint8Array {
  return tagOf(buffer) === SHARED ? bytes.slice() : bytes
}

const SHARED = 'SharedArrayBuffer'

/** By its tag: a buffer of another realm is no instance of this one's class. */
function isBuffer(value: unknown): value is ArrayBufferLike {
  const tag = tagOf(value)
  return tag === 'ArrayBuffer' || tag === SHARED
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}
