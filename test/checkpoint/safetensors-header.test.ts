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
