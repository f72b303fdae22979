import { describe, expect, it } from 'vitest'
import { DTYPE_BITS, type Dtype } from '../../src/checkpoint/dtype.js'
import { logicalParameters } from '../../src/checkpoint/logical-parameters.js'
import { elementCount } from '../../src/checkpoint/quantisation/stored-weight.js'
import type { StoredTensor } from '../../src/checkpoint/safetensors-header.js'

type Layout = Readonly<Record<string, readonly [Dtype, readonly number[]]>>

function headerOf(layout: Layout): { tensors: Map<string, StoredTensor> } {
  return {
    tensors: new Map(
      Object.entries(layout).map(([name, [dtype, shape]]) => {
        return [name, { dtype, shape, offsets: [0, (elementCount(shape) * DTYPE_BITS[dtype]) / 8] }]
      }),
    ),
  }
}

/** What is found: `scheme bits precision [shape]`, and `flat` or `guessed`; of plain tensors without scheme. */
function found(layout: Layout, quantization_config?: object): string[] {
  const config = quantization_config && { quantization_config: { ...quantization_config } }
  const { parameters, unknown } = logicalParameters([headerOf(layout)], config ? { config } : {})
  return [
    ...parameters.map(({ name, scheme, bits, precision, shape, isFlat, isGuessed }) => {
      const about = [scheme ?? 'plain', bits, precision, JSON.stringify(shape)]
      const marks = [...(isFlat ? ['flat'] : []), ...(isGuessed ? ['guessed'] : [])]
      return `${name}: ${[...about, ...marks].join(' ')}`
    }),
    ...unknown.map(({ name, dtype, bytes }) => `${name}: unknown ${dtype} ${bytes}`),
  ]
}

describe('the tensors that tools write beside a weight', () => {
  const ACTIVATIONS = [
    '.input_scale',
    '.input_global_scale',
    '.input_zero_point',
    '.activation_scale',
    '.pre_quant_scale',
  ]

  /** As the tools name them: the tensors that hold the weight, and the names of everything else. */
  it.each<[tool: string, weight: Layout, beside: readonly string[]]>([
    [
      'GPTQModel and FP-Quant',
      {
        'm.qweight': ['I32', [8, 64]],
        'm.qzeros': ['I32', [1, 8]],
        'm.scales': ['F16', [1, 64]],
        'm.g_idx': ['I32', [64]],
      },
      ['.act_global_scale', '.weight_global_scale', '.forward_hadamard_matrix'],
    ],
    [
      'bitsandbytes with 4 bits',
      { 'm.weight': ['U8', [32, 1]], 'm.weight.quant_state.bitsandbytes__fp4': ['U8', [83]] },
      ['.weight.absmax', '.weight.quant_map', '.weight.nested_absmax', '.weight.nested_quant_map'],
    ],
    ['bitsandbytes with 8 bits', { 'm.weight': ['I8', [8, 8]], 'm.SCB': ['F32', [8]] }, ['.weight_format']],
    [
      'compressed-tensors, packed',
      { 'm.weight_packed': ['I32', [64, 8]], 'm.weight_scale': ['BF16', [64, 1]] },
      ['.weight_shape', '.weight_zero_point', '.weight_g_idx', '.weight_global_scale', ...ACTIVATIONS],
    ],
    [
      'compressed-tensors, sparse',
      { 'm.compressed': ['BF16', [64, 32]], 'm.bitmask': ['U8', [64, 8]] },
      ['.shape', '.row_offsets', '.weight_scale', '.weight_zero_point', ...ACTIVATIONS],
    ],
    ['Marlin', { 'm.B': ['I32', [4, 128]], 'm.s': ['F16', [1, 64]] }, ['.workspace']],
    [
      'ExLlama 2',
      { 'm.q_weight': ['I32', [8, 64]], 'm.q_scale': ['I32', [1, 8]], 'm.q_invperm': ['I16', [64]] },
      ['.q_scale_max', '.q_groups', '.q_perm', '.q_group_map'],
    ],
    ['ExLlama 3', { 'm.trellis': ['I16', [4, 4, 64]] }, ['.suh', '.svh', '.su', '.sv', '.mcg', '.mul1']],
    [
      'quanto with fewer than 8 bits',
      { 'm.weight._data._data': ['U8', [16, 128]] },
      ['.weight._scale', '.weight._shift', '.input_scale', '.output_scale'],
    ],
    [
      'quanto with 8 bits',
      { 'm.weight._data': ['I8', [64, 32]] },
      ['.weight._scale', '.weight._shift', '.input_scale', '.output_scale'],
    ],
    [
      'HQQ',
      { 'm.W_q': ['U8', [32, 64]], 'm.scale': ['F16', [64, 1]] },
      [
        ...[
          '.zero',
          '.shape',
          '.axis',
          '.group_size',
          '.nbits',
          '.channel_wise',
          '.compute_dtype',
          '.meta',
          '.packing',
        ],
        ...['.encoded_state_dict', '.offload_meta', '.optimize', '.quant_scale', '.quant_zero', '.round_zero'],
        ...['.stores_quant_config', '.unpack_view_dtype', '.view_as_float'],
      ],
    ],
    [
      'torchao',
      { 'm._weight_qdata': ['I8', [64, 32]], 'm._weight_scale': ['F32', [64, 1]] },
      // The `tensor_data_names` of the classes in torchao 0.18 that it writes into safetensors files, and of those with other layouts.
      [
        ...['zero_point', 'act_pre_scale', 'per_tensor_scale', 'act_per_tensor_scale', 'act_quant_scale'],
        ...['act_quant_zero_point', 'scale_and_zero', 'group_scale', 'group_zero', 'row_scale', 'sparse_metadata'],
      ].map((name) => `._weight_${name}`),
    ],
    ['AQLM', { 'm.codes': ['I16', [64, 16, 2]], 'm.codebooks': ['F16', [2, 9, 1, 8]] }, ['.scales']],
    ['MLX', { 'm.weight': ['U32', [64, 16]], 'm.scales': ['BF16', [64, 2]], 'm.biases': ['BF16', [64, 2]] }, []],
    [
      'ModelOpt and others with FP8',
      { 'm.weight': ['F8_E4M3', [64, 32]], 'm.weight_scale': ['F32', []] },
      ['.weight_scale_inv', '.weight_scale_2', '.weight_zero_point', '.output_scale', ...ACTIVATIONS],
    ],
    ['EETQ', { 'm.weight': ['I8', [32, 64]], 'm.weight_scales': ['F16', [64]] }, []],
    [
      'QQQ',
      { 'm.B': ['I32', [16, 128]], 'm.s_channel': ['F32', [1, 64]], 'm.s_group': ['F16', [4, 64]] },
      ['.workspace', '.s'],
    ],
    [
      'LLM-AWQ',
      { 'm.qweight': ['I16', [16, 256]], 'm.scales': ['F16', [8, 64]], 'm.scaled_zeros': ['F16', [8, 64]] },
      [],
    ],
    [
      'Quark',
      { 'm.weight': ['I32', [128, 8]], 'm.weight_scale': ['F32', [4, 64]], 'm.weight_zero_point': ['I32', [4, 8]] },
      [...ACTIVATIONS, '.output_scale'],
    ],
    [
      'experts that are one parameter',
      { 'm.up_proj': ['F8_E4M3', [2, 8, 8]], 'm.up_proj_weight_scale': ['F32', [2]] },
      ['.up_proj_weight_scale_2', '.up_proj_input_scale', '.up_proj_activation_scale'],
    ],
    ['gpt-oss', { 'x.gate_up_proj_blocks': ['U8', [2, 8, 2, 16]], 'x.gate_up_proj_scales': ['U8', [2, 8, 2]] }, []],
  ])('%s: they are no parameters of their own, and their bytes are the weight’s', (_, weight, beside) => {
    const layout = {
      ...weight,
      ...Object.fromEntries(beside.map((suffix) => [`m${suffix}`, ['F32', [2, 2]] as const])),
    }
    const { parameters, others, unknown } = logicalParameters([headerOf(layout)])
    expect({ parameters: parameters.length, others, unknown }).toStrictEqual({ parameters: 1, others: [], unknown: [] })
    const bytes = [...headerOf(layout).tensors.values()].reduce((sum, { offsets }) => sum + offsets[1], 0)
    expect(parameters[0]?.storedBytes).toBe(bytes)
  })
})

describe('the tensor that shows how a weight is stored', () => {
  const scaled: Layout = { 'm.weight': ['F8_E4M3', [8, 8]] }

  it.each<[marker: string, layout: Layout]>([
    ['.qweight', { 'm.qweight': ['I32', [8, 64]], 'm.scales': ['F16', [1, 64]] }],
    [
      '.weight.quant_state.bitsandbytes__nf4',
      { 'm.weight': ['U8', [64, 1]], 'm.weight.quant_state.bitsandbytes__nf4': ['U8', [83]] },
    ],
    ['.SCB', { 'm.weight': ['I8', [8, 8]], 'm.SCB': ['F32', [8]] }],
    ['_blocks', { m_blocks: ['U8', [8, 2, 16]], m_scales: ['U8', [8, 2]] }],
    ['.weight_packed', { 'm.weight_packed': ['I32', [64, 8]] }],
    ['.compressed', { 'm.compressed': ['BF16', [64, 32]], 'm.bitmask': ['U8', [64, 8]] }],
    ['.B', { 'm.B': ['I32', [4, 128]], 'm.s': ['F16', [1, 64]] }],
    ['.q_weight', { 'm.q_weight': ['I32', [8, 64]], 'm.q_scale': ['I32', [1, 8]], 'm.q_invperm': ['I16', [64]] }],
    ['.trellis', { 'm.trellis': ['I16', [4, 4, 64]] }],
    ['.weight._data._data', { 'm.weight._data._data': ['U8', [16, 128]] }],
    ['.weight._data', { 'm.weight._data': ['I8', [64, 32]] }],
    ['.W_q', { 'm.W_q': ['U8', [32, 64]], 'm.scale': ['F16', [64, 1]] }],
    ['._weight_qdata', { 'm._weight_qdata': ['I8', [64, 32]] }],
    ['.codes', { 'm.codes': ['I16', [64, 16, 2]] }],
    ['.weight_scales', { 'm.weight': ['I8', [32, 64]], 'm.weight_scales': ['F16', [64]] }],
    ['.weight', { 'm.weight': ['U32', [64, 16]], 'm.scales': ['BF16', [64, 2]], 'm.biases': ['BF16', [64, 2]] }],
    ['.weight', { ...scaled, 'm.weight_scale': ['F32', [1]] }],
    ['.up_proj_weight_scale', { 'm.up_proj': ['F8_E4M3', [8, 8]], 'm.up_proj_weight_scale': ['F32', [1]] }],
    ['.up_proj_scale', { 'm.up_proj': ['F8_E4M3', [8, 8]], 'm.up_proj_scale': ['F32', [1]] }],
    ['.up_proj_scale_inv', { 'm.up_proj': ['F8_E4M3', [8, 8]], 'm.up_proj_scale_inv': ['F32', [1]] }],
  ])('is %s, and no longer or shorter name', (marker, layout) => {
    const schemes = (renamed: string) =>
      logicalParameters([
        headerOf(
          Object.fromEntries(
            Object.entries(layout).map(([name, tensor]) => [name === `m${marker}` ? `m${renamed}` : name, tensor]),
          ),
        ),
      ]).parameters.flatMap(({ scheme }) => scheme ?? [])
    expect(schemes(marker)).toHaveLength(1)
    // EETQ's name without its last letter is that of compressed-tensors.
    const others = [`${marker}2`, `${marker}.x`, marker.slice(0, -1), `.x${marker.slice(1)}`]
    for (const other of others) if (other !== '.weight_scale') expect(schemes(other), other).toStrictEqual([])
  })
})

describe('the weight behind the tensors', () => {
  it.each<[what: string, layout: Layout, expected: readonly string[], config?: object]>([
    // bitsandbytes: `bnb_4bit_quant_storage` may be any of these, with two elements a byte.
    ...(['U8', 'I8', 'F16', 'BF16', 'F32'] as const).map((dtype): [string, Layout, string[]] => [
      `4-bit elements stored as ${dtype}`,
      { 'm.weight': [dtype, [64, 1]], 'm.weight.quant_state.bitsandbytes__nf4': ['U8', [83]] },
      [`m.weight: bitsandbytes-4bit 4 nf4 [${(64 * DTYPE_BITS[dtype]) / 4}] flat`],
    ]),
    [
      'the other 4-bit float of bitsandbytes',
      { 'm.weight': ['U8', [64, 1]], 'm.weight.quant_state.bitsandbytes__fp4': ['U8', [83]] },
      ['m.weight: bitsandbytes-4bit 4 fp4 [128] flat'],
    ],
    [
      'gpt-oss, one matrix without experts',
      { m_blocks: ['U8', [8, 2, 16]], m_scales: ['U8', [8, 2]] },
      ['m: mxfp4 4 mxfp4 [64,8]'],
    ],
    [
      'blocks without a third dimension',
      { m_blocks: ['U8', [8, 2]], m_scales: ['U8', [8]] },
      ['m_blocks: unknown U8 16'],
    ],
    ['blocks without scales', { m_blocks: ['U8', [8, 2, 16]] }, ['m_blocks: unknown U8 256']],
    // EETQ: bytes, [in, out].
    [
      'bytes that are transposed',
      { 'm.weight': ['I8', [32, 64]], 'm.weight_scales': ['F16', [64]] },
      ['m.weight: eetq 8 int8 [64,32]'],
    ],
    [
      'halves beside `weight_scales`',
      { 'm.weight': ['F16', [32, 64]], 'm.weight_scales': ['F16', [64]] },
      ['m.weight: plain 16 float16 [32,64]', 'm.weight_scales: plain 16 float16 [64]'],
    ],
    [
      'a vector of bytes beside `weight_scales`',
      { 'm.weight': ['I8', [32]], 'm.weight_scales': ['F16', [64]] },
      ['m.weight_scales: plain 16 float16 [64]'],
    ],
    [
      'an empty matrix of bytes beside `weight_scales`',
      { 'm.weight': ['I8', [0, 64]], 'm.weight_scales': ['F16', [64]] },
      ['m.weight_scales: plain 16 float16 [64]', 'm.weight: unknown I8 0'],
    ],
    // compressed-tensors: the config gives the bits; experts have a dimension of their own.
    [
      'packed words of 8 bits',
      { 'm.weight_packed': ['I32', [64, 8]], 'm.weight_scale': ['BF16', [64, 1]] },
      ['m.weight: compressed-tensors 8 int8 [64,32]'],
      { quant_method: 'compressed-tensors', config_groups: { g: { targets: ['Linear'], weights: { num_bits: 8 } } } },
    ],
    [
      'no packed words, of a layer without outputs',
      { 'm.weight_packed': ['I32', [0, 8]], 'm.weight_scale': ['BF16', [0, 1]] },
      ['m.weight: compressed-tensors 4 int4 [0,64] guessed'],
    ],
    [
      'packed words without a config',
      { 'm.weight_packed': ['I32', [64, 8]] },
      ['m.weight: compressed-tensors 4 int4 [64,64] guessed'],
    ],
    [
      'packed words of all experts',
      { 'm.weight_packed': ['I32', [4, 64, 8]] },
      ['m.weight: compressed-tensors 4 int4 [4,64,64] guessed'],
    ],
    [
      'packed words of more elements than a number holds exactly',
      { 'm.weight_packed': ['I32', [1, 2 ** 50]] },
      ['m.weight_packed: unknown I32 4503599627370496'],
    ],
    [
      'packed words of 3 bits, the last one with spare bits',
      { 'm.weight_packed': ['I32', [4, 64, 7]] },
      ['m.weight: compressed-tensors 3 int4 [4,64,74]'],
      { quant_method: 'compressed-tensors', config_groups: { g: { targets: ['Linear'], weights: { num_bits: 3 } } } },
    ],
    [
      'four-bit floats of all experts',
      { 'm.weight_packed': ['U8', [4, 64, 8]], 'm.weight_scale': ['F8_E4M3', [4, 64, 1]] },
      ['m.weight: nvfp4 4 nvfp4 [4,64,16]'],
    ],
    // Sparse values keep their own precision.
    [
      'sparse halves',
      { 'm.compressed': ['F16', [64, 32]], 'm.bitmask': ['U8', [64, 8]] },
      ['m.weight: sparse-24 16 float16 [64,64]'],
    ],
    [
      'sparse singles',
      { 'm.compressed': ['F32', [64, 32]], 'm.bitmask': ['U8', [64, 8]] },
      ['m.weight: sparse-24 32 float32 [64,64]'],
    ],
    [
      'sparse bfloat16',
      { 'm.compressed': ['BF16', [64, 32]], 'm.bitmask': ['U8', [64, 8]] },
      ['m.weight: sparse-24 16 bfloat16 [64,64]'],
    ],
    [
      'sparse values without a mask',
      { 'm.compressed': ['BF16', [64, 32]] },
      ['m.compressed: plain 16 bfloat16 [64,32]'],
    ],
    [
      'sparse values of all experts',
      { 'm.compressed': ['F8_E4M3', [4, 64, 32]], 'm.bitmask': ['U8', [4, 64, 8]] },
      ['m.weight: sparse-24 8 float8_e4m3fn [4,64,64]'],
    ],
    [
      'sparse bytes',
      { 'm.compressed': ['I8', [64, 32]], 'm.bitmask': ['U8', [64, 8]] },
      ['m.weight: sparse-24 8 int8 [64,64]'],
    ],
    // Scaled weights.
    [
      'the floats with two bits of mantissa',
      { 'm.weight': ['F8_E5M2', [4, 64, 32]], 'm.weight_scale_inv': ['F32', [1]] },
      ['m.weight: fp8 8 float8_e5m2 [4,64,32]'],
    ],
    [
      'bytes with the bits of the config',
      { 'm.weight': ['I8', [64, 32]], 'm.weight_scale': ['F32', [64, 1]] },
      ['m.weight: compressed-tensors 4 int4 [64,32]'],
      { quant_method: 'compressed-tensors', config_groups: { g: { targets: ['Linear'], weights: { num_bits: 4 } } } },
    ],
    [
      'halves with a scale',
      { 'm.weight': ['F16', [64, 32]], 'm.weight_scale': ['F32', [64, 1]] },
      ['m.weight: plain 16 float16 [64,32]', 'm.weight_scale: plain 32 float32 [64,1]'],
    ],
    [
      'NVFP4 of all experts',
      { 'm.weight': ['U8', [4, 64, 16]], 'm.weight_scale': ['F8_E4M3', [4, 64, 2]], 'm.weight_scale_2': ['F32', [4]] },
      ['m.weight: nvfp4 4 nvfp4 [4,64,32]'],
    ],
    [
      'bytes with exponents, and 4 bits by the config alone',
      { 'm.weight': ['U8', [64, 48]], 'm.weight_scale': ['U8', [64, 6]] },
      ['m.weight: mxfp4 4 mxfp4 [64,96]'],
      { quant_method: 'mxfp4' },
    ],
    [
      'bytes with exponents of 8 bits each',
      { 'm.weight': ['U8', [64, 64]], 'm.weight_scale': ['U8', [64, 2]] },
      ['m.weight_scale: unknown U8 128', 'm.weight: unknown U8 4096'].reverse(),
    ],
    [
      'bytes with as many scales as rows',
      { 'm.weight': ['U8', [64, 64]], 'm.weight_scale': ['F32', [64, 1]] },
      ['m.weight_scale: plain 32 float32 [64,1]', 'm.weight: unknown U8 4096'],
    ],
    [
      'INT4 of ModelOpt with a third dimension',
      { 'm.weight': ['U8', [32, 64, 2]], 'm.weight_scale': ['F32', [64, 1]] },
      ['m.weight: modelopt 4 int4 [64,64,2]'],
    ],
    [
      'BitNet with a third dimension',
      { 'm.weight': ['U8', [16, 64, 2]], 'm.weight_scale': ['BF16', [1]] },
      ['m.weight: bitnet 2 int4 [64,64,2]'],
    ],
    // quanto and HQQ: the shape is lost.
    [
      'quanto with 2 bits',
      { 'm.weight._data._data': ['U8', [16, 128]] },
      ['m.weight: quanto 2 int4 [8192] flat'],
      { quant_method: 'quanto', weights: 'int2' },
    ],
    [
      'quanto without a config',
      { 'm.weight._data._data': ['U8', [16, 128]] },
      ['m.weight: quanto 4 int4 [4096] flat guessed'],
    ],
    [
      'quanto with 8 bits by the config',
      { 'm.weight._data': ['I8', [64, 32]] },
      ['m.weight: quanto 8 int8 [64,32]'],
      { quant_method: 'quanto', weights: 'int8' },
    ],
    [
      'HQQ with a scale for each row of elements',
      { 'm.W_q': ['U8', [32, 64]], 'm.scale': ['F16', [1, 64]] },
      ['m.weight: hqq 4 int4 [4096] flat guessed'],
    ],
    [
      'HQQ with a scale for each row of elements, and the bits of the config',
      { 'm.W_q': ['U8', [32, 64]], 'm.scale': ['F16', [1, 64]] },
      ['m.weight: hqq 2 int4 [8192] flat'],
      { quant_method: 'hqq', quant_config: { weight_quant_params: { nbits: 2 } } },
    ],
    [
      'HQQ in words',
      { 'm.W_q': ['I32', [16, 64]], 'm.scale': ['F16', [1, 64]] },
      ['m.weight: hqq 4 int4 [8192] flat guessed'],
    ],
    ['HQQ without scales', { 'm.W_q': ['U8', [32, 64]] }, ['m.W_q: unknown U8 2048']],
    // torchao.
    [
      'torchao with two elements a byte by the config',
      { 'm._weight_qdata': ['I8', [64, 16]] },
      ['m.weight: torchao 4 int4 [64,32]'],
      { quant_method: 'torchao', quant_type: 'int4_weight_only' },
    ],
    [
      'torchao with 4 bits in a byte each',
      { 'm._weight_qdata': ['I8', [64, 16]] },
      ['m.weight: torchao 4 int4 [64,16]'],
      {
        quant_method: 'torchao',
        quant_type: { default: { _type: 'IntxWeightOnlyConfig', _data: { weight_dtype: { _data: 'int4' } } } },
      },
    ],
    [
      'torchao with the other float',
      { 'm._weight_qdata': ['F8_E5M2', [64, 16]] },
      ['m.weight: torchao 8 float8_e5m2 [64,16]'],
    ],
    [
      'torchao with two elements a byte, of all experts',
      { 'm._weight_qdata': ['U8', [4, 64, 8]] },
      ['m.weight: torchao 4 int4 [4,64,16]'],
    ],
    // Built from the layouts of torchao 0.18, whose kernels need a GPU: words along the inputs, and tiles.
    [
      'torchao with eight elements a word',
      { 'm._weight_qdata': ['I32', [64, 4]], 'm._weight_scale': ['BF16', [1, 64]] },
      ['m.weight: torchao 4 int4 [64,32]'],
    ],
    [
      'torchao in tiles',
      { 'm._weight_qdata': ['I32', [8, 2, 32, 4]], 'm._weight_scale_and_zero': ['BF16', [8, 64, 2]] },
      ['m.weight: torchao 4 int4 [64,256]'],
    ],
    [
      'torchao with eight elements a word, of four dimensions that are no tiles',
      { 'm._weight_qdata': ['I32', [8, 2, 16, 4]] },
      ['m.weight: torchao 4 int4 [8,2,16,32]'],
    ],
    [
      'torchao in four-bit floats',
      { 'm._weight_qdata': ['U8', [64, 16]], 'm._weight_scale': ['F8_E4M3', [32, 16]] },
      ['m.weight: torchao 4 nvfp4 [64,32]'],
    ],
    [
      'torchao, of experts that are one parameter',
      { 'm._gate_up_proj_qdata': ['F8_E4M3', [4, 64, 16]], 'm._gate_up_proj_scale': ['F32', [4, 64, 1]] },
      ['m.gate_up_proj: torchao 8 float8_e4m3fn [4,64,16]'],
    ],
    // Built from the layouts of AutoAWQ 0.2 (`WQLinear_GEMV`, `WQLinear_GEMVFast`): [out, in / 8], and [out / 4, in].
    [
      'AWQ by rows',
      { 'm.qweight': ['I32', [64, 32]], 'm.qzeros': ['I32', [64, 1]], 'm.scales': ['F16', [64, 8]] },
      ['m.weight: awq 4 int4 [64,256]'],
    ],
    [
      'AWQ by rows without zero points, which looks like nothing',
      { 'm.qweight': ['I32', [64, 32]], 'm.scales': ['F16', [64, 8]] },
      ['m.scales: plain 16 float16 [64,8]', 'm.qweight: unknown I32 8192'],
    ],
    [
      'AWQ of one output for each bit, which is too many',
      { 'm.qweight': ['I32', [64, 36]], 'm.qzeros': ['I32', [8, 36]], 'm.scales': ['F16', [8, 128]] },
      ['m.scales: plain 16 float16 [8,128]', 'm.qweight: unknown I32 9216', 'm.qzeros: unknown I32 1152'],
    ],
    [
      'AWQ of less than a bit for each output, which is none',
      { 'm.qweight': ['I32', [64, 2]], 'm.qzeros': ['I32', [8, 2]], 'm.scales': ['F16', [8, 128]] },
      ['m.scales: plain 16 float16 [8,128]', 'm.qweight: unknown I32 512', 'm.qzeros: unknown I32 64'],
    ],
    [
      'AWQ with 8 bits',
      { 'm.qweight': ['I32', [64, 32]], 'm.qzeros': ['I32', [8, 32]], 'm.scales': ['F16', [8, 128]] },
      ['m.weight: awq 8 int8 [128,64]'],
    ],
    [
      'AWQ with 1 bit',
      { 'm.qweight': ['I32', [64, 4]], 'm.qzeros': ['I32', [8, 4]], 'm.scales': ['F16', [8, 128]] },
      ['m.weight: awq 1 int4 [128,64]'],
    ],
    [
      'FP-Quant in bytes',
      { 'm.qweight': ['U8', [64, 16]], 'm.scales': ['U8', [64, 1]] },
      ['m.weight: mxfp4 4 mxfp4 [64,32]'],
    ],
    [
      'FP-Quant in bytes, with the format of the config',
      { 'm.qweight': ['U8', [64, 16]], 'm.scales': ['U8', [64, 2]] },
      ['m.weight: nvfp4 4 nvfp4 [64,32]'],
      { quant_method: 'fp_quant', forward_dtype: 'nvfp4' },
    ],
    [
      'AWQ by rows in short words',
      { 'm.qweight': ['I16', [16, 256]], 'm.qzeros': ['F16', [8, 64]], 'm.scales': ['F16', [8, 64]] },
      ['m.weight: awq 4 int4 [64,256]'],
    ],
    [
      'short words of another layout',
      { 'm.qweight': ['I16', [16, 256]], 'm.scales': ['F16', [8, 32]] },
      ['m.scales: plain 16 float16 [8,32]', 'm.qweight: unknown I16 8192'],
    ],
    [
      'QQQ',
      { 'm.B': ['I32', [16, 128]], 'm.s_channel': ['F32', [1, 64]], 'm.s_group': ['F16', [4, 64]] },
      ['m.weight: marlin 4 int4 [64,256]'],
      { quant_method: 'qqq', bits: 4 },
    ],
    // The zero points of four outputs fill a part of one word, whatever the bits.
    [
      'GPTQ of four outputs, by the config',
      { 'm.qweight': ['I32', [16, 4]], 'm.qzeros': ['I32', [4, 1]], 'm.scales': ['F16', [4, 4]] },
      ['m.weight: gptq 4 int4 [4,128]'],
      { quant_method: 'gptq', bits: 4 },
    ],
    [
      'GPTQ of four outputs',
      { 'm.qweight': ['I32', [16, 4]], 'm.qzeros': ['I32', [4, 1]], 'm.scales': ['F16', [4, 4]] },
      ['m.weight: gptq 4 int4 [4,128] guessed'],
    ],
    // Experts that are one parameter.
    [
      "ModelOpt's NVFP4 of experts, packed along the inputs",
      {
        'm.experts.gate_up_proj': ['U8', [4, 64, 256]],
        'm.experts.gate_up_proj_weight_scale': ['F8_E4M3', [4, 8, 256]],
        'm.experts.gate_up_proj_weight_scale_2': ['F32', []],
      },
      ['m.experts.gate_up_proj: nvfp4 4 nvfp4 [4,128,256]'],
    ],
    [
      'MXFP4 of experts, packed along the last axis',
      { 'm.experts.down_proj': ['U8', [4, 64, 64]], 'm.experts.down_proj_weight_scale': ['U8', [4, 64, 4]] },
      ['m.experts.down_proj: mxfp4 4 mxfp4 [4,64,128]'],
    ],
    [
      'FP8 of experts by blocks',
      { 'm.experts.down_proj': ['F8_E4M3', [4, 64, 64]], 'm.experts.down_proj_scale_inv': ['F32', [4, 1, 1]] },
      ['m.experts.down_proj: fp8 8 float8_e4m3fn [4,64,64]'],
    ],
    [
      'bytes of experts, with a scale for each row',
      { 'm.experts.down_proj': ['I8', [4, 64, 64]], 'm.experts.down_proj_weight_scale': ['F32', [4, 64, 1]] },
      ['m.experts.down_proj: modelopt 8 int8 [4,64,64]'],
    ],
    [
      'bytes of experts with the bits of the config',
      { 'm.experts.down_proj': ['I8', [4, 64, 64]], 'm.experts.down_proj_weight_scale': ['F32', [4, 64, 1]] },
      ['m.experts.down_proj: modelopt 4 int4 [4,64,64]'],
      { quant_method: 'modelopt', quant_algo: 'W4A8_AWQ' },
    ],
    [
      'FP8 of experts with two bits of mantissa',
      { 'm.experts.down_proj': ['F8_E5M2', [4, 64, 64]], 'm.experts.down_proj_scale': ['F32', [4, 1, 1]] },
      ['m.experts.down_proj: fp8 8 float8_e5m2 [4,64,64]'],
    ],
    [
      'MXFP4 of experts, with the scales of torch',
      { 'm.experts.down_proj': ['U8', [4, 64, 64]], 'm.experts.down_proj_weight_scale': ['F8_E8M0', [4, 64, 4]] },
      ['m.experts.down_proj: mxfp4 4 mxfp4 [4,64,128]'],
    ],
    [
      'halves of experts beside scales of bytes',
      { 'm.experts.down_proj': ['F16', [4, 64, 64]], 'm.experts.down_proj_weight_scale': ['F8_E8M0', [4, 64, 4]] },
      ['m.experts.down_proj: plain 16 float16 [4,64,64]', 'm.experts.down_proj_weight_scale: plain 8  [4,64,4]'],
    ],
    [
      'bytes of experts beside scales that no format has',
      { 'm.experts.down_proj': ['U8', [4, 64, 64]], 'm.experts.down_proj_weight_scale': ['F32', [4, 64, 4]] },
      ['m.experts.down_proj_weight_scale: plain 32 float32 [4,64,4]', 'm.experts.down_proj: unknown U8 16384'],
    ],
    [
      'bytes of experts with fewer scales than axes',
      { 'm.experts.down_proj': ['U8', [4, 64, 64]], 'm.experts.down_proj_weight_scale': ['U8', [4]] },
      ['m.experts.down_proj: unknown U8 16384'],
    ],
    [
      'a scale without its weight',
      { 'm.experts.down_proj_weight_scale': ['F32', [4, 64, 4]] },
      ['m.experts.down_proj_weight_scale: plain 32 float32 [4,64,4]'],
    ],
    // Names of modules end with `.weight`: what is beside them is not the scale of a parameter.
    [
      'an unnamed scale beside a weight',
      {
        'm.weight': ['F8_E4M3', [64, 64]],
        'm.weight_scale_inv': ['F32', [1, 1]],
        'n.weight': ['I8', [4, 4]],
        'n.weight_scale_x': ['F32', [4, 1]],
      },
      ['m.weight: fp8 8 float8_e4m3fn [64,64]', 'n.weight_scale_x: plain 32 float32 [4,1]', 'n.weight: unknown I8 16'],
    ],
    [
      'bytes of experts with another group',
      { 'm.experts.down_proj': ['U8', [4, 64, 64]], 'm.experts.down_proj_weight_scale': ['U8', [4, 64, 8]] },
      ['m.experts.down_proj: unknown U8 16384', 'm.experts.down_proj_weight_scale: unknown U8 2048'],
    ],
    // AQLM: one code of 16 bits for a group of 8 inputs is 2 bits an element.
    ['AQLM without its books', { 'm.codes': ['I16', [64, 16]] }, ['m.weight: aqlm 2 int4 [64,128]']],
    ['codes that are a vector', { 'm.codes': ['I16', [64]] }, []],
    // MLX.
    [
      'MLX, affine with 8 bits',
      { 'm.weight': ['U32', [64, 16]], 'm.scales': ['BF16', [64, 2]], 'm.biases': ['BF16', [64, 2]] },
      ['m.weight: mlx 8 int8 [64,64]'],
      { group_size: 32, bits: 8 },
    ],
    [
      'MLX, affine without a config',
      { 'm.weight': ['U32', [64, 16]], 'm.scales': ['BF16', [64, 2]], 'm.biases': ['BF16', [64, 2]] },
      ['m.weight: mlx 4 int4 [64,128] guessed'],
    ],
    [
      'MLX, all experts',
      { 'm.weight': ['U32', [4, 64, 16]], 'm.scales': ['U8', [4, 64, 8]] },
      ['m.weight: mlx 4 nvfp4 [4,64,128]'],
    ],
    [
      'MLX, MXFP4 without a config',
      { 'm.weight': ['U32', [64, 16]], 'm.scales': ['U8', [64, 4]] },
      ['m.weight: mlx 4 mxfp4 [64,128]'],
    ],
    [
      'MLX, MXFP8 without a config',
      { 'm.weight': ['U32', [64, 16]], 'm.scales': ['U8', [64, 2]] },
      ['m.weight: mlx 8 float8_e4m3fn [64,64]'],
    ],
    [
      'MLX, groups of a size that no float format has',
      { 'm.weight': ['U32', [64, 16]], 'm.scales': ['U8', [64, 1]] },
      ['m.weight: mlx 4 int4 [64,128] guessed'],
    ],
    // GPTQ and AWQ.
    [
      'GPTQ with the bits of the config',
      { 'm.qweight': ['I32', [8, 64]], 'm.scales': ['F16', [1, 64]] },
      ['m.weight: gptq 8 int8 [64,32]'],
      { quant_method: 'gptq', bits: 8 },
    ],
    [
      'GPTQ with neither zeros nor a config',
      { 'm.qweight': ['I32', [8, 64]], 'm.scales': ['F16', [1, 64]] },
      ['m.weight: gptq 4 int4 [64,64] guessed'],
    ],
    // Of 3 and 4 bits, zero points of two outputs fill one word each; the config names the one.
    [
      'GPTQ with zero points that fit several bits, of which the config names another',
      { 'm.qweight': ['I32', [16, 4]], 'm.qzeros': ['I32', [4, 1]], 'm.scales': ['F16', [4, 4]] },
      ['m.weight: gptq 4 int4 [4,128] guessed'],
      { quant_method: 'gptq', bits: 16 },
    ],
    [
      'GPTQ of one row',
      { 'm.qweight': ['I32', [64]], 'm.scales': ['F16', [1, 64]] },
      ['m.scales: plain 16 float16 [1,64]'],
    ],
    [
      'GPTQ with a vector of scales',
      { 'm.qweight': ['I32', [8, 64]], 'm.scales': ['F16', [64]] },
      ['m.scales: plain 16 float16 [64]', 'm.qweight: unknown I32 2048'],
    ],
    ['words without scales', { 'm.qweight': ['I32', [8, 64]] }, ['m.qweight: unknown I32 2048']],
    // ExLlama, Marlin and Quark with something left out are left to their dtypes.
    [
      'ExLlama 2 without scales',
      { 'm.q_weight': ['I32', [8, 64]], 'm.q_perm': ['I16', [64]] },
      ['m.q_weight: unknown I32 2048'],
    ],
    ['ExLlama 3 with two dimensions', { 'm.trellis': ['I16', [4, 4]] }, ['m.trellis: unknown I16 32']],
    [
      'ExLlama 2 in a vector',
      { 'm.q_weight': ['I32', [64]], 'm.q_scale': ['I32', [1, 8]], 'm.q_invperm': ['I16', [64]] },
      [],
    ],
    [
      'ExLlama 2 by its other order',
      { 'm.q_weight': ['I32', [8, 64]], 'm.q_scale': ['I32', [1, 8]], 'm.q_perm': ['I16', [64]] },
      ['m.weight: exl2 4 int4 [64,64]'],
    ],
    [
      'ExLlama 2 without its order',
      { 'm.q_weight': ['I32', [8, 64]], 'm.q_scale': ['I32', [1, 8]] },
      ['m.q_weight: unknown I32 2048'],
    ],
    ['ExLlama 3 with 3 bits', { 'm.trellis': ['I16', [4, 8, 48]] }, ['m.weight: exl3 3 int4 [128,64]']],
    ['Marlin in a vector', { 'm.B': ['I32', [128]], 'm.s': ['F16', [1, 64]] }, ['m.s: plain 16 float16 [1,64]']],
    ['Marlin with 8 bits', { 'm.B': ['I32', [4, 256]], 'm.s': ['F16', [1, 64]] }, ['m.weight: marlin 8 int8 [64,64]']],
    ['Marlin without scales', { 'm.B': ['I32', [4, 128]] }, ['m.B: unknown I32 2048']],
    [
      'Quark in a vector',
      { 'm.weight': ['I32', [128]], 'm.weight_scale': ['F32', [4, 64]] },
      ['m.weight_scale: plain 32 float32 [4,64]'],
    ],
    [
      'Quark with a scale for each output',
      { 'm.weight': ['I32', [128, 8]], 'm.weight_scale': ['F32', [64]] },
      ['m.weight: quark 4 int4 [64,128]'],
    ],
    [
      'Quark with 8 bits',
      { 'm.weight': ['I32', [128, 16]], 'm.weight_scale': ['F32', [4, 64]] },
      ['m.weight: quark 8 int8 [64,128]'],
    ],
  ])('%s', (_, layout, expected, config) => expect(found(layout, config)).toStrictEqual(expected))
})

describe('a tensor of integers that no scheme explains', () => {
  it.each<[dtype: Dtype, shape: readonly number[], expected: readonly string[]]>([
    ['I32', [4, 4], ['m.x: unknown I32 64']],
    ['I16', [4, 4], ['m.x: unknown I16 32']],
    ['I8', [4, 4], ['m.x: unknown I8 16']],
    ['U32', [4, 4], ['m.x: unknown U32 64']],
    ['U16', [4, 4], ['m.x: unknown U16 32']],
    ['U8', [4, 4], ['m.x: unknown U8 16']],
    // Positions and indices are no weights, nor are vectors of integers.
    ['I64', [4, 4], []],
    ['U64', [4, 4], []],
    ['I32', [4], []],
    ['U8', [], []],
    ['BOOL', [4, 4], []],
    // Floats are weights of any shape.
    ['F16', [4], ['m.x: plain 16 float16 [4]']],
    ['F64', [], ['m.x: plain 64 float64 []']],
  ])('%s %j', (dtype, shape, expected) => expect(found({ 'm.x': [dtype, shape] })).toStrictEqual(expected))
})
