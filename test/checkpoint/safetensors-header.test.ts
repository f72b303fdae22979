import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CheckpointError } from '../../src/architecture/index.js'
import { DTYPE_BITS, type Dtype } from '../../src/checkpoint/dtype.js'
import { parseSafetensorsHeader, safetensorsHeaderLength } from '../../src/checkpoint/safetensors-header.js'
import { safetensorsFile, withLength } from './safetensors-file.js'

interface Recorded {
  name: string
  /** What the safetensors library, 0.8, says of the file: `ok`, or its error. */
  verdict: string
  bytes: string
}

const RECORDED: Recorded[] = JSON.parse(
  readFileSync(new URL('../fixtures/checkpoint/safetensors-files.json', import.meta.url), 'utf8'),
)

/** The format's text demands a `{` in front; the library has announced to enforce it, and does not yet. */
const STRICTER = 'blanks in front'

function parse(base64: string) {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
  return parseSafetensorsHeader(bytes, { fileBytes: bytes.length, file: 'model.safetensors' })
}

function failureOf(act: () => unknown): CheckpointError {
  try {
    act()
  } catch (error) {
    if (error instanceof CheckpointError) return error
    throw error
  }
  throw new Error('nothing failed')
}

/** A header with what the safetensors library says of it: a line of `test/oracle/checkpoint/safetensors_headers.py`. */
interface RecordedHeader {
  readonly header: string
  /** How many bytes follow the header. */
  readonly data: number
  readonly verdict: string
}

/** Spellings that serde happens to take for an object and for a text; no writer makes them. */
const ODD_SPELLINGS = ['{"a":["U8",[4],[0,4]]}', '{"a":{"dtype":{"U8":null},"shape":[4],"data_offsets":[0,4]}}']

it('has the verdict of the library on every header that was recorded', () => {
  const url = new URL('../fixtures/checkpoint/safetensors-headers.jsonl.gz', import.meta.url)
  const lines = gunzipSync(readFileSync(url)).toString('utf8').trimEnd().split('\n')
  const wrong = lines
    .map((line): RecordedHeader => JSON.parse(line))
    .filter(({ header, data, verdict }) => {
      const bytes = withLength(new TextEncoder().encode(header))
      const fileBytes = bytes.length + data
      try {
        parseSafetensorsHeader(bytes, { fileBytes })
        return verdict !== 'ok'
      } catch (error) {
        return !(error instanceof CheckpointError) || verdict === 'ok'
      }
    })
  expect(wrong.map(({ header }) => header)).toStrictEqual(expect.arrayContaining(ODD_SPELLINGS))
  expect(wrong.filter(({ header }) => !ODD_SPELLINGS.includes(header))).toStrictEqual([])
})

describe('parseSafetensorsHeader', () => {
  it.each(RECORDED.filter(({ verdict, name }) => verdict === 'ok' && name !== STRICTER))(
    'takes what the library takes: $name',
    ({ bytes }) => {
      expect(() => parse(bytes)).not.toThrow()
    },
  )

  it.each(RECORDED.filter(({ verdict, name }) => verdict !== 'ok' || name === STRICTER))(
    'refuses what the library refuses, with a place: $name',
    ({ bytes }) => {
      expect(failureOf(() => parse(bytes)).place[0]).toBe('model.safetensors')
    },
  )

  it.each([
    ['nothing', 'truncated_file'],
    ['header of 4 GB', 'header_too_large'],
    ['length beyond the file', 'truncated_file'],
    ['not JSON', 'invalid_header'],
    ['overlap', 'overlapping_tensors'],
    ['gap', 'invalid_header'],
    ['bytes missing', 'truncated_file'],
    ['2^60 elements', 'tensor_too_large'],
    ['2^30 x 2^30', 'tensor_too_large'],
  ])('tells %s by the code %s', (name, code) => {
    const recorded = RECORDED.find((one) => one.name === name)
    expect(failureOf(() => parse(recorded?.bytes ?? '')).code).toBe(code)
  })

  it('needs no weights: the header of a file of known size is enough', () => {
    const bytes = safetensorsFile([{ name: 'w', dtype: 'BF16', shape: [1024, 1024] }], 0)
    const { tensors, dataStart } = parseSafetensorsHeader(bytes, { fileBytes: bytes.length + 2 * 1024 * 1024 })
    expect(dataStart).toBe(bytes.length)
    expect(tensors.get('w')).toStrictEqual({ dtype: 'BF16', shape: [1024, 1024], offsets: [0, 2_097_152] })
  })

  /** A header, and the size of the file if it is told. */
  const parseText = (header: string, fileBytes?: number) =>
    parseSafetensorsHeader(withLength(new TextEncoder().encode(header)), {
      file: 'm',
      ...(fileBytes !== undefined && { fileBytes }),
    })
  const one = (fields: object) => JSON.stringify({ a: { dtype: 'U8', shape: [4], data_offsets: [0, 4], ...fields } })

  it.each<[header: string, message: string, place: readonly string[], code?: string]>([
    [' {}', 'm: the header does not start with "{"', ['m']],
    ['{', 'm: the header is not JSON: ', ['m']],
    ['{"a":5}', 'm: a is not an object', ['m', 'a']],
    ['{"a":[]}', 'm: a is not an object', ['m', 'a']],
    ['{"a":null}', 'm: a is not an object', ['m', 'a']],
    ['{"__metadata__":5}', 'm: __metadata__ is not an object', ['m', '__metadata__']],
    ['{"__metadata__":{"x":5}}', 'm: __metadata__.x is not a text', ['m', '__metadata__', 'x']],
    ['{"__metadata__":{},"__metadata__":{}}', 'm: __metadata__ appears twice', ['m', '__metadata__']],
    ['{"a":{}}', 'm: a has no dtype', ['m', 'a']],
    ['{"a":{"dtype":"U8"}}', 'm: a has no shape', ['m', 'a']],
    ['{"a":{"dtype":"U8","shape":[]}}', 'm: a has no data_offsets', ['m', 'a']],
    ['{"a":{"dtype":"U8","dtype":"U8"}}', 'm: a.dtype appears twice', ['m', 'a', 'dtype']],
    [one({ dtype: 'U9' }), 'm: a.dtype is "U9", which is not a safetensors dtype', ['m', 'a', 'dtype']],
    [one({ dtype: 8 }), 'm: a.dtype is not a safetensors dtype', ['m', 'a', 'dtype']],
    [one({ shape: 4 }), 'm: a.shape is not a list of sizes', ['m', 'a', 'shape']],
    [one({ shape: [-4] }), 'm: a.shape is not a list of sizes', ['m', 'a', 'shape']],
    [one({ shape: [0.5] }), 'm: a.shape is not a list of sizes', ['m', 'a', 'shape']],
    [one({ data_offsets: [0] }), 'm: a.data_offsets is not a list of start and end', ['m', 'a', 'data_offsets']],
    [one({ data_offsets: [0, 4, 4] }), 'm: a.data_offsets is not a list of start and end', ['m', 'a', 'data_offsets']],
    [one({ data_offsets: [-4, 0] }), 'm: a.data_offsets is not a list of start and end', ['m', 'a', 'data_offsets']],
    [one({ data_offsets: 4 }), 'm: a.data_offsets is not a list of start and end', ['m', 'a', 'data_offsets']],
    [
      one({ dtype: 'F4', shape: [3], data_offsets: [0, 1] }),
      'm: a.shape needs 12 bits, which is not a whole number of bytes',
      ['m', 'a', 'shape'],
    ],
    [
      one({ dtype: 'F32', shape: [2, 3] }),
      'm: a.data_offsets spans 4 bytes, but F32 [2, 3] needs 24',
      ['m', 'a', 'data_offsets'],
    ],
    [one({ data_offsets: [3, 8] }), 'm: a.data_offsets spans 5 bytes, but U8 [4] needs 4', ['m', 'a', 'data_offsets']],
    [
      one({ data_offsets: [2, 6] }),
      'm: a.data_offsets starts at byte 2, which leaves a gap after byte 0',
      ['m', 'a', 'data_offsets'],
    ],
    [
      one({ shape: [2 ** 53, 1], data_offsets: [0, 0] }),
      'm: a has the shape [9007199254740992, 1], which is too large to store',
      ['m', 'a', 'shape'],
      'tensor_too_large',
    ],
    [
      '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}',
      'm: b starts at byte 3, inside the previous tensor, which ends at 4',
      ['m', 'b', 'data_offsets'],
      'overlapping_tensors',
    ],
  ])('says of %s what is wrong, and where', (header, message, place, code = 'invalid_header') => {
    const failure = failureOf(() => parseText(header))
    expect(failure).toMatchObject({ code, place })
    if (header === '{') expect(failure.message.startsWith(message)).toBe(true)
    else expect(failure.message).toBe(message)
  })

  it('says of bytes that are not UTF-8 that they are not', () => {
    const bytes = withLength(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d))
    expect(failureOf(() => parseSafetensorsHeader(bytes))).toMatchObject({
      ...{ code: 'invalid_header', message: 'the file: the header is not UTF-8', place: ['the file'] },
    })
  })

  it('says how much there is of a file that ends too early, or too late', () => {
    const bytes = withLength(new TextEncoder().encode(one({})))
    const part = bytes.subarray(0, 20)
    const length = bytes.length - 8
    const within = (there: number) => ({
      code: 'truncated_file',
      message: `m ends after ${there} bytes, within its header of ${length}`,
      place: ['m'],
    })
    expect(failureOf(() => parseSafetensorsHeader(part, { file: 'm' }))).toMatchObject(within(20))
    expect(failureOf(() => parseSafetensorsHeader(part, { file: 'm', fileBytes: 500 }))).toMatchObject(within(20))
    expect(failureOf(() => parseSafetensorsHeader(bytes, { file: 'm', fileBytes: 30 }))).toMatchObject(within(30))
    expect(failureOf(() => parseText(one({}), bytes.length + 3))).toMatchObject({
      code: 'truncated_file',
      message: 'm holds 3 bytes of weights, but its header describes 4',
      place: ['m'],
      help: 'the upload or download was interrupted: transfer the file again',
    })
    expect(failureOf(() => parseText(one({}), bytes.length + 5))).toMatchObject({
      ...{
        code: 'invalid_header',
        message: 'm: the header describes 4 bytes of weights, but the file holds 5',
        place: ['m'],
      },
    })
    expect(failureOf(() => safetensorsHeaderLength(new Uint8Array(7)))).toMatchObject({
      code: 'truncated_file',
      message: 'the file has 7 bytes; a safetensors file has at least 8',
      place: ['the file'],
    })
    const long = new Uint8Array(8)
    new DataView(long.buffer).setBigUint64(0, 100_000_001n, true)
    expect(failureOf(() => safetensorsHeaderLength(long, { file: 'm' }))).toMatchObject({
      code: 'header_too_large',
      message: 'm declares a header of 100000001 bytes; at most 100000000 are allowed',
      place: ['m'],
      help: 'the file is damaged, or not a safetensors file',
    })
    new DataView(long.buffer).setBigUint64(0, 100_000_000n, true)
    expect(safetensorsHeaderLength(long)).toBe(100_000_000)
  })

  it('reads the length of a header in the middle of a buffer', () => {
    const bytes = withLength(new TextEncoder().encode(one({})))
    const around = new Uint8Array(bytes.length + 5)
    around.set(bytes, 5)
    expect([...parseSafetensorsHeader(around.subarray(5)).tensors.keys()]).toStrictEqual(['a'])
  })

  it('takes a tensor of as many bytes as a number holds exactly, and none beyond', () => {
    const most = Number.MAX_SAFE_INTEGER
    expect(parseText(one({ shape: [most], data_offsets: [0, most] })).tensors.get('a')?.shape).toStrictEqual([most])
    // A later size of zero does not help: the library multiplies in 64 bits.
    const text = '{"a":{"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}'
    expect(failureOf(() => parseText(text)).code).toBe('tensor_too_large')
    const smaller = '{"a":{"dtype":"U8","shape":[4294967296,4294967295,0],"data_offsets":[0,0]}}'
    expect(parseText(smaller).tensors.get('a')?.shape).toStrictEqual([4_294_967_296, 4_294_967_295, 0])
  })

  it('has the texts that a writer adds, and none for null', () => {
    expect([...parseText('{"__metadata__":{"format":"pt","x":""}}').metadata]).toStrictEqual([
      ['format', 'pt'],
      ['x', ''],
    ])
    expect(parseText('{"__metadata__":null}').metadata.size).toBe(0)
    expect(parseText('{}')).toStrictEqual({ tensors: new Map(), metadata: new Map(), dataStart: 10 })
  })

  it('reads the length of a header from eight bytes', () => {
    expect(safetensorsHeaderLength(new Uint8Array([2, 1, 0, 0, 0, 0, 0, 0]))).toBe(258)
  })

  it('keeps a tensor called __proto__ as a name like any other', () => {
    const recorded = RECORDED.find(({ name }) => name === '__proto__ is a name')
    expect([...parse(recorded?.bytes ?? '').tensors.keys()]).toStrictEqual(['__proto__'])
  })

  it('finds every tensor that was written, with its type and shape', () => {
    const dtype = fc.constantFrom(...(Object.keys(DTYPE_BITS) as Dtype[]).filter((name) => DTYPE_BITS[name] % 8 === 0))
    const tensor = fc.record({ name: fc.string(), dtype, shape: fc.array(fc.nat(9), { maxLength: 4 }) })
    const tensors = fc
      .uniqueArray(tensor, { selector: ({ name }) => name })
      .filter((all) => all.every(({ name }) => name !== '__metadata__'))
    fc.assert(
      fc.property(tensors, (written) => {
        const bytes = safetensorsFile(written)
        const read = parseSafetensorsHeader(bytes, { fileBytes: bytes.length }).tensors
        expect(read.size).toBe(written.length)
        for (const { name, dtype, shape } of written) expect(read.get(name)).toMatchObject({ dtype, shape })
      }),
    )
  })

  it('says a typed error, or succeeds, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.string(), (noise, text) => {
        for (const bytes of [noise, withLength(new TextEncoder().encode(text)), withLength(noise)]) {
          try {
            parseSafetensorsHeader(bytes, { fileBytes: bytes.length })
          } catch (error) {
            expect(error).toBeInstanceOf(CheckpointError)
          }
        }
      }),
    )
  })
})
