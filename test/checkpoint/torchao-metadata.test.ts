import { describe, expect, it } from 'vitest'
import { formatOf, type Quantisation } from '../../src/checkpoint/quantisation/quantisation.js'
import { torchaoFormats } from '../../src/checkpoint/quantisation/torchao-metadata.js'

/** The formats that metadata gives the tensors of a file, in the order of the modules that are asked for. */
function formats(tensors: readonly string[], metadata: Readonly<Record<string, unknown>>, modules: readonly string[]) {
  const texts = Object.entries(metadata).map(
    ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  )
  const exceptions = torchaoFormats({
    tensors: new Map(tensors.map((name) => [name, {}])),
    metadata: new Map([['tensor_names', '[]'], ...texts]),
  })
  const quantisation: Quantisation = { method: 'torchao', exceptions, notes: [] }
  return { count: exceptions.length, found: modules.map((module) => formatOf(quantisation, module)) }
}

// The classes and fields as `flatten_tensor_state_dict` of torchao 0.18 writes them.
const dtypeOf = (field: string, dtype: string) => ({ [field]: { _type: 'torch.dtype', _data: dtype } })

describe('the format that torchao states in the metadata of a file', () => {
  it.each<[type: string, data: object, expected: object | undefined]>([
    ['Int4Tensor', {}, { bits: 4, precision: 'int4', packed: true }],
    ['Int4PlainInt32Tensor', {}, { bits: 4, precision: 'int4', packed: true }],
    ['Int4PreshuffledTensor', {}, { bits: 4, precision: 'int4', packed: true }],
    ['Int4TilePackedTo4dTensor', {}, { bits: 4, precision: 'int4', packed: true }],
    ['Int8Tensor', {}, { bits: 8, precision: 'int8' }],
    ['IntxUnpackedToInt8Tensor', dtypeOf('target_dtype', 'int3'), { bits: 3, precision: 'int4' }],
    ['IntxUnpackedToInt8Tensor', dtypeOf('target_dtype', 'int7'), { bits: 7, precision: 'int8' }],
    ['IntxUnpackedToInt8Tensor', {}, undefined],
    ['MXTensor', dtypeOf('elem_dtype', 'float4_e2m1fn_x2'), { bits: 4, precision: 'mxfp4' }],
    ['MXTensor', dtypeOf('elem_dtype', 'float8_e4m3fn'), { bits: 8, precision: 'float8_e4m3fn' }],
    ['MXTensor', {}, { bits: 8, precision: 'float8_e4m3fn' }],
    ['NVFP4Tensor', {}, { bits: 4, precision: 'nvfp4' }],
    // The dtype of the tensor tells.
    ['Float8Tensor', {}, undefined],
    ['toString', {}, undefined],
  ])('%s with %j is %j', (_type, _data, expected) => {
    const { count, found } = formats(['a.b._weight_qdata'], { 'a.b.weight': { _type, _data } }, ['a.b', 'a.c'])
    expect(found).toStrictEqual([expected, undefined])
    expect(count).toBe(expected === undefined ? 0 : 1)
  })

  it('is that of a parameter too, and of tensors with data only', () => {
    const int8 = { _type: 'Int8Tensor', _data: {} }
    const nvfp4 = { _type: 'NVFP4Tensor', _data: {} }
    const metadata = { 'm.experts.up_proj': int8, 'a.weight': nvfp4, 'b.weight': int8 }
    const tensors = [
      'm.experts._up_proj_qdata',
      'a._weight_qdata',
      'b._weight_scale',
      'c._weight_qdata',
      'a._weight_scale',
    ]
    expect(formats(tensors, metadata, ['m.experts.up_proj', 'a', 'b', 'c'])).toStrictEqual({
      count: 2,
      found: [{ bits: 8, precision: 'int8' }, { bits: 4, precision: 'nvfp4' }, undefined, undefined],
    })
  })

  it.each(['', 'not JSON', '5', 'null', '[]', '{}', '{"_type": 5}', '{"_type": "Int8Tensor2"}'])(
    'is unknown for the text %j',
    (text) => {
      expect(formats(['a._weight_qdata'], { 'a.weight': text }, ['a'])).toStrictEqual({ count: 0, found: [undefined] })
    },
  )

  it('is not looked for in files that torchao did not write', () => {
    const tensors = new Map([['a._weight_qdata', {}]])
    const text = JSON.stringify({ _type: 'Int8Tensor', _data: {} })
    expect(torchaoFormats({ tensors })).toStrictEqual([])
    expect(torchaoFormats({ tensors, metadata: new Map([['a.weight', text]]) })).toStrictEqual([])
  })
})
