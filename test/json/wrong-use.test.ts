import { describe, expect, it } from 'vitest'
import { jsonValue, readJson } from '../../src/json/index.js'
import { textOrBytes } from '../../src/json/text-or-bytes.js'

describe('readJson', () => {
  it.each([
    [undefined, 'the text should be a string, not undefined'],
    [8, 'the text should be a string, not a number'],
    [new Uint8Array(1), 'the text should be a string, not an object of type Uint8Array'],
  ])('throws a TypeError for %o', (text, message) => {
    expect(() => readJson(text as never)).toThrow(new TypeError(message))
  })

  it.each([
    [{ maxdepth: 1 }, TypeError, 'did you mean `maxDepth`?'],
    [{ constants: 1 }, TypeError, 'constants'],
    [{ maxDepth: -1 }, RangeError, 'maxDepth'],
    [{ maxDepth: Number.NaN }, RangeError, 'maxDepth'],
  ])('throws for the options %j', (options, kind, words) => {
    expect(() => readJson('1', options as never)).toThrow(kind)
    expect(() => readJson('1', options as never)).toThrow(words)
  })

  it('allows no array at a depth of 0, and any scalar', () => {
    expect(readJson('[]', { maxDepth: 0 })).toEqual({
      ok: false,
      error: { code: 'too_deep', message: 'Nested deeper than 0 arrays and objects', offset: 0, position: 0 },
    })
    expect(readJson('1', { maxDepth: 0 }).ok).toBe(true)
  })

  it('says how many digits an integer may have, in the words of Python', () => {
    expect(readJson(`[${'1'.repeat(4301)}]`)).toMatchObject({
      error: { message: 'Exceeds the limit (4300 digits) for integer string conversion', offset: 1 },
    })
  })

  it('reports the end of each kind of value exclusive of what follows', () => {
    const ends = ['null', 'true', 'false', '""', '{}', '[]', '-1.5e3', '{"a":1}', '[1]'].map((text) => {
      const read = readJson(`\t ${text}\r\n`)
      return read.ok ? [read.root.kind, read.root.start, read.root.end - text.length] : read.error
    })
    expect(ends).toEqual(
      ['null', 'boolean', 'boolean', 'string', 'object', 'array', 'number', 'object', 'array'].map((kind) => [
        kind,
        2,
        2,
      ]),
    )
  })
})

describe('jsonValue', () => {
  it('asks for the value of each number, wherever it is', () => {
    const read = readJson('{"a": [1.50, {"b": 2}], "c": -0}')
    expect(read.ok && jsonValue(read.root, ({ text }) => text)).toEqual({ a: ['1.50', { b: '2' }], c: '-0' })
  })

  it('makes fields that can be changed', () => {
    const read = readJson('{"__proto__": 1, "a": 2}')
    const value = read.ok ? jsonValue(read.root) : undefined
    expect(Object.getOwnPropertyDescriptors(value)).toEqual({
      ['__proto__']: { value: 1, writable: true, enumerable: true, configurable: true },
      a: { value: 2, writable: true, enumerable: true, configurable: true },
    })
  })
})

describe('textOrBytes', () => {
  it('copies shared bytes only: another thread may change them', () => {
    const own = new Uint8Array([1, 2, 3])
    expect(textOrBytes(own)).toBe(own)
    const shared = new Uint8Array(new SharedArrayBuffer(3))
    for (const body of [shared, shared.buffer, new DataView(shared.buffer)]) {
      const copy = textOrBytes(body)
      shared.fill(7)
      expect(copy).toEqual(new Uint8Array(3))
      shared.fill(0)
    }
  })

  it('says what to pass instead, by the name of what was passed', () => {
    expect(() => textOrBytes([1])).toThrow(
      new TypeError(
        'the body should be a string, an ArrayBuffer, or a view of one such as Uint8Array, not an array: read a Request, Blob or stream first, for example with `await request.arrayBuffer()`; pass a parsed value to `validate`',
      ),
    )
  })
})
