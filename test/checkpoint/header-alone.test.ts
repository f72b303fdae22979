import { expect, it } from 'vitest'
import { type LogicalParameters, parseSafetensorsHeader, precisionOf } from '../../src/checkpoint/index.js'
import { safetensorsFile } from './safetensors-file.js'

const FILE = safetensorsFile([{ name: 'a', dtype: 'F32', shape: [2] }])
const HEADER = FILE.slice(0, FILE.length - 8)

it('a header is enough where the size of the file is not known', () => {
  expect(parseSafetensorsHeader(HEADER).tensors.get('a')).toStrictEqual({ dtype: 'F32', shape: [2], offsets: [0, 8] })
  expect(() => parseSafetensorsHeader(HEADER, { fileBytes: HEADER.length })).toThrow('holds 0 bytes of weights')
})

it('an error without the name of a file is of the file', () => {
  expect(() => parseSafetensorsHeader(new Uint8Array(3))).toThrow(
    'the file has 3 bytes; a safetensors file has at least 8',
  )
})

it('a mixture of precisions lists the five with the most weights, and has the precision of the first', () => {
  const formats = [
    ['int4', 4, 10],
    ['int8', 8, 60],
    ['float8_e4m3fn', 8, 50],
    ['nf4', 4, 40],
    ['mxfp4', 4, 30],
    ['nvfp4', 4, 20],
  ] as const
  const parameters: LogicalParameters['parameters'] = formats.map(([precision, bits, size]) => ({
    name: `${precision}.weight`,
    shape: [size],
    bits,
    precision,
    scheme: 'torchao',
    dtype: 'U8',
    storedBytes: size,
  }))
  const storage: LogicalParameters = { parameters, others: [], unknown: [], storedElements: new Map() }
  expect(precisionOf({ storage })).toStrictEqual({
    precision: 'int8',
    notes: [
      'the weights have several precisions: 28.6 % in int8, 23.8 % in float8_e4m3fn, 19.0 % in nf4, 14.3 % in mxfp4, 9.5 % in nvfp4; precision is that of most parameters',
    ],
  })
})
