import { describe, expect, it } from 'vitest'
import { decodeBody } from '../../src/json/index.js'
import { checkManifest } from '../../src/manifest/index.js'
import { validateJson } from '../../src/validation/index.js'

const bytes = new TextEncoder().encode('{"rank":8}')
const padded = new Uint8Array([0x7b, ...bytes, 0x7d, 0])
const shared = new SharedArrayBuffer(bytes.length)
new Uint8Array(shared).set(bytes)

describe('a body', () => {
  it.each<[string, ArrayBufferLike | ArrayBufferView]>([
    ['Uint8Array', bytes],
    ['Buffer', Buffer.from(bytes)],
    ['part of a buffer', padded.subarray(1, 1 + bytes.length)],
    ['ArrayBuffer', bytes.slice().buffer],
    ['SharedArrayBuffer', shared],
    ['view of a SharedArrayBuffer', new Uint8Array(shared)],
    ['DataView', new DataView(padded.buffer, 1, bytes.length)],
    ['Uint16Array', new Uint16Array(bytes.slice().buffer)],
  ])('may be bytes: %s', (_, body) => {
    expect(validateJson('Lora', body)).toMatchObject({ ok: true, value: { rank: 8 } })
    expect(decodeBody(body)).toBe('{"rank":8}')
    expect(checkManifest(body, { model: 'Lora' }).diagnostics).toEqual([])
  })

  it.each([undefined, null, 8, {}, { rank: 8 }, [1], new Date(0), Promise.resolve(''), new Blob()])(
    'is wrong use if it is %o',
    (body) => {
      const message =
        /^the body should be a string, an ArrayBuffer, or a view of one such as Uint8Array, not .*: read a Request/
      expect(() => validateJson('Lora', body as never)).toThrow(TypeError)
      expect(() => validateJson('Lora', body as never)).toThrow(message)
      expect(() => decodeBody(body as never)).toThrow(message)
      expect(() => checkManifest(body as never)).toThrow(/^the manifest should be a string/)
    },
  )
})
