import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { type LogicalParameter, type LogicalParameters, precisionOf } from '../../src/checkpoint/index.js'

type Counted = Pick<LogicalParameter, 'bits' | 'precision' | 'scheme'> & { readonly count: number }

function stored(parameters: readonly Counted[], unknownBytes = 0): LogicalParameters {
  return {
    parameters: parameters.map(({ count, ...parameter }) => {
      return { name: 'x', shape: [count], dtype: 'U8', storedBytes: 0, ...parameter }
    }),
    others: [],
    unknown: unknownBytes > 0 ? [{ name: 'y', dtype: 'I32', bytes: unknownBytes }] : [],
    storedElements: new Map(),
  }
}

const HALF = { bits: 16, precision: 'float16' }
const INT4 = { bits: 4, precision: 'int4', scheme: 'gptq' } as const
const FP8 = { bits: 8, precision: 'float8_e4m3fn', scheme: 'fp8' } as const

describe('the precision of what is stored', () => {
  it('is that of most elements; plain norms beside one quantised format are no mixture', () => {
    const storage = stored([
      { ...HALF, count: 40 },
      { ...INT4, count: 60 },
    ])
    expect(precisionOf({ storage })).toStrictEqual({ precision: 'int4', notes: [] })
  })

  it('names the shares of several quantised formats, the largest five', () => {
    const storage = stored([
      { ...INT4, count: 500 },
      { ...FP8, count: 250 },
      { ...HALF, count: 150 },
      ...[1, 2, 3].map((bits) => ({ bits, precision: `int${bits}`, scheme: 'exl2', count: 50 - 10 * bits }) as const),
      { ...INT4, count: 40 },
    ])
    expect(precisionOf({ storage }).notes).toStrictEqual([
      'the weights have several precisions: 52.4 % in int4, 24.3 % in float8_e4m3fn, 14.6 % in float16, 3.9 % in int1, 2.9 % in int2; precision is that of most parameters',
    ])
  })

  it('says that most are plain where one format is quantised', () => {
    const storage = stored([
      { ...HALF, count: 60 },
      { ...INT4, count: 40 },
    ])
    expect(precisionOf({ storage })).toStrictEqual({
      precision: 'float16',
      notes: [
        'the weights have several precisions: 60.0 % in float16, 40.0 % in int4; precision is that of most parameters',
      ],
    })
  })

  it('says that it is rounded up', () => {
    expect(
      precisionOf({ storage: stored([{ bits: 3, precision: 'int4', scheme: 'exl3', count: 1 }]) }).notes,
    ).toStrictEqual(['the weights have 3 bits; precision rounds this up to int4'])
    expect(
      precisionOf({ storage: stored([{ bits: 4.647, precision: 'int8', scheme: 'exl2', count: 1 }]) }).notes,
    ).toStrictEqual(['the weights have 4.65 bits; precision rounds this up to int8'])
  })

  it('is left to the config if most bytes are in a format that is not known', () => {
    const config = { torch_dtype: 'bfloat16' }
    const half = [{ ...HALF, count: 100 }]
    expect(precisionOf({ config, storage: stored(half, 50) }).precision).toBe('float16')
    expect(precisionOf({ config, storage: stored(half, 51) }).precision).toBe('bfloat16')
    expect(precisionOf({ config, storage: stored([]) }).precision).toBe('bfloat16')
    expect(precisionOf({ config, storage: stored([{ bits: 64, count: 5 }]) }).precision).toBe('bfloat16')
  })

  it('has the notes about the config after its own', () => {
    const config = { quantization_config: { quant_method: 'superquant' } }
    expect(
      precisionOf({ config, storage: stored([{ bits: 3, precision: 'int4', scheme: 'exl3', count: 1 }]) }).notes,
    ).toStrictEqual([
      'the weights have 3 bits; precision rounds this up to int4',
      'unknown quantisation method "superquant": the config does not say how many bits the weights have',
    ])
  })
})

describe('the precision that a config declares', () => {
  it.each([
    [{ dtype: 'float16', torch_dtype: 'bfloat16' }, 'float16'],
    [{ torch_dtype: 'torch.bfloat16' }, 'bfloat16'],
    [{ torch_dtype: 'bf16' }, 'bfloat16'],
    [{ torch_dtype: 'fp16' }, 'float16'],
    [{ torch_dtype: 'half' }, 'float16'],
    [{ torch_dtype: 'fp32' }, 'float32'],
    [{ torch_dtype: 'float' }, 'float32'],
    [{ torch_dtype: 'double' }, 'float64'],
    [{ text_config: { dtype: 'float16' } }, 'float16'],
    [{ text_config: { torch_dtype: 'float16' } }, 'float16'],
    [{ torch_dtype: 'float64', text_config: { dtype: 'float16' } }, 'float64'],
  ])('%j is %s', (config, precision) => expect(precisionOf({ config })).toStrictEqual({ precision, notes: [] }))

  it.each([{}, { torch_dtype: 'auto' }, { torch_dtype: 5 }])('%j is the default of transformers', (config) => {
    const notes = ['the config has no dtype; transformers then uses float32']
    expect(precisionOf({ config })).toStrictEqual({ precision: 'float32', notes })
  })
})

describe('the precision of a config with several formats', () => {
  const LLAMA = {
    model_type: 'llama',
    hidden_size: 64,
    intermediate_size: 128,
    num_hidden_layers: 1,
    num_attention_heads: 4,
  }
  const layers = (algorithms: Readonly<Record<string, string>>) => ({
    quant_method: 'modelopt',
    quant_algo: 'MIXED_PRECISION',
    quantized_layers: Object.fromEntries(
      Object.entries(algorithms).map(([name, quant_algo]) => [name, { quant_algo }]),
    ),
  })

  it('is the first one without the model, or where it has none of the layers', () => {
    const quantization_config = layers({ a: 'FP8', b: 'NVFP4' })
    const expected = {
      precision: 'float8_e4m3fn',
      notes: ['the config states several precisions: float8_e4m3fn, nvfp4'],
    }
    expect(precisionOf({ config: { quantization_config } })).toStrictEqual(expected)
    expect(precisionOf({ config: { quantization_config }, architecture: architectureFromConfig(LLAMA) })).toStrictEqual(
      expected,
    )
  })

  it('is that of most elements of the model, also of layers with the same precision in several formats', () => {
    const quantization_config = layers({
      'model.layers.0.mlp.up_proj': 'FP8',
      'model.layers.0.mlp.down_proj': 'FP8',
      'model.layers.0.self_attn.q_proj': 'NVFP4',
    })
    expect(precisionOf({ config: { quantization_config }, architecture: architectureFromConfig(LLAMA) })).toStrictEqual(
      {
        precision: 'float8_e4m3fn',
        notes: [
          'the weights have several precisions: 80.0 % in float8_e4m3fn, 20.0 % in nvfp4; precision is that of most parameters',
        ],
      },
    )
  })

  it('is one where all formats have it', () => {
    expect(precisionOf({ config: { quantization_config: layers({ a: 'FP8', b: 'FP8' }) } })).toStrictEqual({
      precision: 'float8_e4m3fn',
      notes: [],
    })
  })

  it('is a placeholder where there is none', () => {
    expect(precisionOf({ config: { quantization_config: { quant_method: 'gptq' } } })).toStrictEqual({
      precision: 'int8',
      notes: [
        'the config says that the weights are quantised with gptq, but not to how many bits',
        'precision is unknown: int8 is a placeholder; set precision yourself if you need it',
      ],
    })
  })
})
