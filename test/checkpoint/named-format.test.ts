import { describe, expect, it } from 'vitest'
import { integerFormat, namedFormat } from '../../src/checkpoint/quantisation/named-format.js'

describe('the format of a short name', () => {
  // The names that ModelOpt, Quark, quanto, torchao, FP-Quant, compressed-tensors and MLX use.
  it.each<[names: string, bits: number | undefined, precision?: string]>([
    ['int8 qint8 uint8 INT8_SQ W8A8 w8a16 int8_weight_only Int8WeightOnlyConfig', 8, 'int8'],
    [
      'int4 qint4 uint4 W4A16 W4A8_AWQ w4a16 int4_weight_only Int4WeightOnlyConfig int8_dynamic_activation_int4_weight',
      4,
      'int4',
    ],
    ['int2 qint2 W2A16 uint2', 2, 'int4'],
    ['int3 W3A16', 3, 'int4'],
    ['int6 W6', 6, 'int8'],
    ['int16', 16, 'int16'],
    ['FP8 fp8_e4m3 float8 float8_e4m3fn qfloat8 FP8_PB_WO mxfp8 MX_FP8 Float8WeightOnlyConfig', 8, 'float8_e4m3fn'],
    ['fp8_e5m2 float8_e5m2 qfloat8_e5m2', 8, 'float8_e5m2'],
    ['NVFP4 nvfp4 NVFP4_AWQ W4A16_NVFP4 nvfp4-pack-quantized', 4, 'nvfp4'],
    ['mxfp4 MXFP4 mx_fp4 W4A8_MXFP4_FP8 mxfp4-pack-quantized', 4, 'mxfp4'],
    ['mxfp6 mx_fp6 mxfp6_e3m2 fp6 fp6_e2m3', 6, 'fp8'],
    ['nf4 NF4', 4, 'nf4'],
    ['fp4 fp4_e2m1', 4, 'fp4'],
    ['none bf16 float16 awq xw4a16 xw8 xfp4 xnf4 xfp6 int', undefined],
  ])('%s', (names, bits, precision) => {
    for (const name of names.split(' '))
      expect(namedFormat(name), name).toStrictEqual(bits === undefined ? undefined : { bits, precision })
  })

  it('is none without a name', () =>
    expect([namedFormat(undefined), namedFormat('')]).toStrictEqual([undefined, undefined]))
})

describe('the bits that a config states', () => {
  it('are the first under a usual name, if they are those of an integer', () => {
    expect(integerFormat({ wbits: 2, bits: 3 })).toStrictEqual({ bits: 3, precision: 'int4' })
    expect(integerFormat({ bits: '3', wbits: 2 })).toStrictEqual({ bits: 2, precision: 'int4' })
    for (const bits of [0, -1, 16.5, Number.NaN]) expect(integerFormat({ bits })).toBeUndefined()
    expect(integerFormat({ bits: 0.5 })).toStrictEqual({ bits: 0.5, precision: 'int4' })
    expect([integerFormat({}), integerFormat(undefined)]).toStrictEqual([undefined, undefined])
  })
})
