import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DTYPE_BITS, type Dtype } from '../../src/checkpoint/dtype.js'
import { logicalParameters } from '../../src/checkpoint/logical-parameters.js'
import { elementCount } from '../../src/checkpoint/quantisation/stored-weight.js'
import type { StoredTensor } from '../../src/checkpoint/safetensors-header.js'

type Layout = Record<string, readonly [Dtype, readonly number[]]>

function headerOf(layout: Layout) {
  const tensors = new Map<string, StoredTensor>()
  for (const [name, [dtype, shape]] of Object.entries(layout)) {
    tensors.set(name, { dtype, shape, offsets: [0, (elementCount(shape) * DTYPE_BITS[dtype]) / 8] })
  }
  return { tensors }
}

/** The tensors of one layer as public checkpoints of each kind hold it, and the parameter behind them. */
const STORAGES: { scheme: string; layout: Layout; shape: readonly number[]; bits: number; name?: string }[] = [
  {
    scheme: 'gptq',
    layout: {
      'm.qweight': ['I32', [512, 11008]],
      'm.qzeros': ['I32', [32, 1376]],
      'm.scales': ['F16', [32, 11008]],
      'm.g_idx': ['I32', [4096]],
    },
    shape: [11008, 4096],
    bits: 4,
  },
  {
    scheme: 'gptq',
    layout: {
      'm.qweight': ['I32', [384, 4096]],
      'm.qzeros': ['I32', [32, 384]],
      'm.scales': ['F16', [32, 4096]],
      'm.g_idx': ['I32', [4096]],
    },
    shape: [4096, 4096],
    bits: 3,
  },
  {
    scheme: 'gptq',
    layout: { 'm.qweight': ['I32', [1024, 4096]], 'm.qzeros': ['I32', [32, 1024]], 'm.scales': ['F16', [32, 4096]] },
    shape: [4096, 4096],
    bits: 8,
  },
  {
    scheme: 'awq',
    layout: { 'm.qweight': ['I32', [4096, 1376]], 'm.qzeros': ['I32', [32, 1376]], 'm.scales': ['F16', [32, 11008]] },
    shape: [11008, 4096],
    bits: 4,
  },
  {
    scheme: 'bitsandbytes-4bit',
    layout: {
      'm.weight': ['U8', [8388608, 1]],
      'm.weight.absmax': ['U8', [262144]],
      'm.weight.nested_absmax': ['F32', [1024]],
      'm.weight.nested_quant_map': ['F32', [256]],
      'm.weight.quant_map': ['F32', [16]],
      'm.weight.quant_state.bitsandbytes__nf4': ['U8', [83]],
    },
    shape: [16777216],
    bits: 4,
  },
  {
    scheme: 'bitsandbytes-8bit',
    layout: { 'm.weight': ['I8', [14336, 4096]], 'm.SCB': ['F32', [14336]], 'm.weight_format': ['U8', []] },
    shape: [14336, 4096],
    bits: 8,
  },
  {
    scheme: 'fp8',
    layout: { 'm.weight': ['F8_E4M3', [1536, 7168]], 'm.weight_scale_inv': ['F32', [12, 56]] },
    shape: [1536, 7168],
    bits: 8,
  },
  {
    scheme: 'fp8',
    layout: { 'm.weight': ['F8_E4M3', [4096, 4096]], 'm.weight_scale': ['F32', []], 'm.input_scale': ['F32', []] },
    shape: [4096, 4096],
    bits: 8,
  },
  {
    scheme: 'mxfp4',
    layout: {
      'mlp.experts.gate_up_proj_blocks': ['U8', [32, 5760, 90, 16]],
      'mlp.experts.gate_up_proj_scales': ['U8', [32, 5760, 90]],
    },
    shape: [32, 2880, 5760],
    bits: 4,
    name: 'mlp.experts.gate_up_proj',
  },
  {
    scheme: 'compressed-tensors',
    layout: {
      'm.weight_packed': ['I32', [4096, 512]],
      'm.weight_scale': ['BF16', [4096, 32]],
      'm.weight_shape': ['I64', [2]],
    },
    shape: [4096, 4096],
    bits: 4,
  },
  {
    scheme: 'nvfp4',
    layout: {
      'm.weight_packed': ['U8', [4096, 2048]],
      'm.weight_scale': ['F8_E4M3', [4096, 256]],
      'm.weight_global_scale': ['F32', [1]],
      'm.input_global_scale': ['F32', [1]],
    },
    shape: [4096, 4096],
    bits: 4,
  },
  {
    scheme: 'nvfp4',
    layout: {
      'm.weight': ['U8', [4096, 2048]],
      'm.weight_scale': ['F8_E4M3', [4096, 256]],
      'm.weight_scale_2': ['F32', []],
      'm.input_scale': ['F32', []],
    },
    shape: [4096, 4096],
    bits: 4,
  },
  // Formats by their definitions: each packs [out, in] elements of so many bits into words.
  {
    scheme: 'marlin', // [in / 16, out · 16 · bits / 32]
    layout: { 'm.B': ['I32', [256, 8192]], 'm.s': ['F16', [32, 4096]], 'm.workspace': ['I32', [512]] },
    shape: [4096, 4096],
    bits: 4,
  },
  {
    scheme: 'exl2', // 32-bit words of 8 · 6 outputs
    layout: {
      'm.q_weight': ['I32', [32, 48]],
      'm.q_scale': ['I32', [2, 6]],
      'm.q_invperm': ['I32', [256]],
      'm.q_scale_max': ['F16', [2]],
      'm.q_groups': ['I16', [4]],
    },
    shape: [48, 256],
    bits: 4,
  },
  {
    scheme: 'exl2',
    layout: { 'm.q_weight': ['I32', [16, 48]], 'm.q_scale': ['I32', [2, 6]], 'm.q_perm': ['I16', [256]] },
    shape: [48, 256],
    bits: 2,
  },
  {
    scheme: 'exl3', // tiles of 16 × 16 elements, each 16 · bits numbers of 16 bits
    layout: { 'm.trellis': ['I16', [8, 4, 48]], 'm.suh': ['F16', [128]], 'm.svh': ['F16', [64]] },
    shape: [64, 128],
    bits: 3,
  },
  {
    scheme: 'quark', // [in, out · bits / 32]
    layout: { 'm.weight': ['I32', [128, 8]], 'm.weight_scale': ['F32', [4, 64]] },
    shape: [64, 128],
    bits: 4,
  },
  {
    scheme: 'mxfp4', // FP-Quant: two elements a byte
    layout: { 'm.qweight': ['U8', [64, 32]], 'm.scales': ['U8', [64, 2]] },
    shape: [64, 64],
    bits: 4,
  },
  {
    scheme: 'mlx', // groups of 16 inputs: NVFP4
    layout: { 'm.weight': ['U32', [64, 16]], 'm.scales': ['U8', [64, 8]] },
    shape: [64, 128],
    bits: 4,
  },
  {
    scheme: 'mlx', // groups of 32 inputs with four bits each: MXFP4
    layout: { 'm.weight': ['U32', [64, 16]], 'm.scales': ['U8', [64, 4]] },
    shape: [64, 128],
    bits: 4,
  },
  {
    scheme: 'mlx', // groups of 32 inputs with eight bits each: MXFP8
    layout: { 'm.weight': ['U32', [64, 32]], 'm.scales': ['U8', [64, 4]] },
    shape: [64, 128],
    bits: 8,
  },
  {
    scheme: 'mxfp4',
    layout: { 'm.weight_packed': ['U8', [64, 32]], 'm.weight_scale': ['U8', [64, 2]] },
    shape: [64, 64],
    bits: 4,
  },
  {
    scheme: 'mxfp4', // one exponent for 32 elements
    layout: { 'm.weight': ['U8', [64, 32]], 'm.weight_scale': ['U8', [64, 2]] },
    shape: [64, 64],
    bits: 4,
  },
  {
    scheme: 'mxfp4',
    layout: { 'm.weight': ['U8', [64, 32]], 'm.weight_scale': ['F8_E8M0', [64, 2]] },
    shape: [64, 64],
    bits: 4,
  },
  {
    scheme: 'mxfp6', // four elements in three bytes
    layout: { 'm.weight': ['U8', [64, 48]], 'm.weight_scale': ['U8', [64, 2]] },
    shape: [64, 64],
    bits: 6,
  },
  {
    scheme: 'modelopt', // two rows in each row of bytes
    layout: { 'm.weight': ['U8', [32, 64]], 'm.weight_scale': ['F32', [64, 1]] },
    shape: [64, 64],
    bits: 4,
  },
  {
    scheme: 'bitnet', // four rows in each row of bytes
    layout: { 'm.weight': ['U8', [16, 64]], 'm.weight_scale': ['BF16', [1]] },
    shape: [64, 64],
    bits: 2,
  },
  {
    scheme: 'fp8',
    layout: { 'm.weight': ['F8_E5M2', [64, 64]], 'm.weight_scale': ['F32', [64, 1]] },
    shape: [64, 64],
    bits: 8,
  },
  {
    scheme: 'compressed-tensors',
    layout: { 'm.weight': ['I8', [64, 32]], 'm.weight_scale': ['F32', [64, 1]] },
    shape: [64, 32],
    bits: 8,
  },
  {
    scheme: 'sparse-24', // a mask of one bit an element
    layout: { 'm.compressed': ['BF16', [64, 32]], 'm.bitmask': ['U8', [64, 8]] },
    shape: [64, 64],
    bits: 16,
  },
  {
    scheme: 'sparse-24',
    layout: { 'm.compressed': ['F32', [64, 32]], 'm.bitmask': ['U8', [64, 8]] },
    shape: [64, 64],
    bits: 32,
  },
  {
    scheme: 'sparse-24',
    layout: { 'm.compressed': ['F8_E4M3', [64, 32]], 'm.bitmask': ['U8', [64, 8]], 'm.weight_scale': ['F32', [64, 1]] },
    shape: [64, 64],
    bits: 8,
  },
  {
    scheme: 'sparse-24',
    layout: { 'm.compressed': ['I8', [64, 32]], 'm.bitmask': ['U8', [64, 8]] },
    shape: [64, 64],
    bits: 8,
  },
  {
    scheme: 'eetq', // transposed
    layout: { 'm.weight': ['I8', [128, 64]], 'm.weight_scales': ['F16', [64]] },
    shape: [64, 128],
    bits: 8,
  },
  {
    scheme: 'quanto',
    layout: { 'm.weight._data': ['I8', [64, 32]], 'm.weight._scale': ['F32', [64, 1]] },
    shape: [64, 32],
    bits: 8,
  },
  {
    scheme: 'quanto',
    layout: { 'm.weight._data': ['F8_E4M3', [64, 32]], 'm.weight._scale': ['F32', [64, 1]] },
    shape: [64, 32],
    bits: 8,
  },
  {
    scheme: 'quanto', // two elements a byte
    layout: {
      'm.weight._data._data': ['U8', [16, 128]],
      'm.weight._scale': ['F32', [32, 1]],
      'm.weight._shift': ['F32', [32, 1]],
    },
    shape: [4096],
    bits: 4,
  },
  {
    scheme: 'hqq', // one scale for each group of 64 elements
    layout: { 'm.W_q': ['U8', [32, 64]], 'm.scale': ['F16', [64, 1]], 'm.zero': ['F16', [64, 1]] },
    shape: [4096],
    bits: 4,
  },
  {
    scheme: 'hqq', // ten elements of three bits in a word
    layout: { 'm.W_q': ['I32', [7, 64]], 'm.scale': ['F16', [64, 1]], 'm.zero': ['F16', [64, 1]] },
    shape: [4096],
    bits: 3,
  },
  {
    scheme: 'torchao',
    layout: { 'm._weight_qdata': ['I8', [64, 32]], 'm._weight_scale': ['F32', [64, 1]] },
    shape: [64, 32],
    bits: 8,
  },
  {
    scheme: 'torchao',
    layout: { 'm._weight_qdata': ['U8', [64, 16]], 'm._weight_scale': ['F32', [64, 1]] },
    shape: [64, 32],
    bits: 4,
  },
  {
    scheme: 'torchao',
    layout: { 'm._weight_qdata': ['F8_E4M3', [64, 32]], 'm._weight_scale': ['F32', [64, 1]] },
    shape: [64, 32],
    bits: 8,
  },
  {
    scheme: 'aqlm', // two books of 16-bit codes for eight inputs
    layout: {
      'm.codes': ['I16', [64, 16, 2]],
      'm.codebooks': ['F16', [2, 65536, 1, 8]],
      'm.scales': ['F16', [64, 1, 1, 1]],
    },
    shape: [64, 128],
    bits: 4,
  },
  {
    scheme: 'aqlm', // two books of 8-bit codes for eight inputs
    layout: {
      'm.codes': ['I8', [64, 16, 2]],
      'm.codebooks': ['F16', [2, 256, 1, 8]],
      'm.scales': ['F16', [64, 1, 1, 1]],
    },
    shape: [64, 128],
    bits: 2,
  },
  {
    scheme: 'aqlm', // one book of unsigned codes for two outputs by four inputs
    layout: {
      'm.codes': ['U8', [32, 32, 1]],
      'm.codebooks': ['F16', [1, 256, 2, 4]],
      'm.scales': ['F16', [32, 1, 1, 1]],
    },
    shape: [64, 128],
    bits: 1,
  },
]

const INCOMPLETE: readonly unknown[] = JSON.parse(
  readFileSync(new URL('../fixtures/checkpoint/incomplete-storages.json', import.meta.url), 'utf8'),
)

describe('logicalParameters', () => {
  it.each(STORAGES)(
    'finds the one parameter behind $scheme storage of $bits bits',
    ({ layout, shape, bits, scheme, name }) => {
      const { parameters, others } = logicalParameters([headerOf(layout)])
      expect(parameters).toHaveLength(1)
      expect(parameters[0]).toMatchObject({ name: name ?? 'm.weight', shape, bits, scheme })
      expect(others).toStrictEqual([])
      const bytes = Object.values(layout).reduce(
        (sum, [dtype, size]) => sum + (elementCount(size) * DTYPE_BITS[dtype]) / 8,
        0,
      )
      expect(parameters[0]?.storedBytes).toBe(bytes)
    },
  )

  it.each(STORAGES)('does so in whatever order the file has its tensors: $scheme, $bits bits', ({ layout, shape }) => {
    const turned = Object.fromEntries(Object.entries(layout).reverse())
    expect(logicalParameters([headerOf(turned)]).parameters.map((parameter) => parameter.shape)).toStrictEqual([shape])
  })

  /** What is found of a layer when one of its tensors is not there: read it when it changes. */
  it('never throws for a tensor that is missing, and answers what is recorded', () => {
    const found = STORAGES.flatMap(({ scheme, layout }) =>
      Object.keys(layout).map((missing) => {
        const { [missing]: _, ...rest } = layout
        const { parameters, unknown, others } = logicalParameters([headerOf(rest)])
        const seen = parameters.map((one) => [one.name, one.shape, one.scheme ?? null, one.bits, one.precision ?? null])
        return {
          scheme,
          missing,
          seen,
          unknown: unknown.map(({ name, bytes }) => [name, bytes]),
          others: others.length,
        }
      }),
    )
    expect(found).toStrictEqual(INCOMPLETE)
  })

  it('keeps plain weights as they are, and the bias of a quantised layer too', () => {
    const { parameters } = logicalParameters([
      headerOf({
        'q.qweight': ['I32', [512, 4096]],
        'q.qzeros': ['I32', [32, 512]],
        'q.scales': ['F16', [32, 4096]],
        'q.g_idx': ['I32', [4096]],
        'q.bias': ['F16', [4096]],
        'norm.weight': ['BF16', [4096]],
      }),
    ])
    expect(parameters.map(({ name, shape }) => [name, shape])).toStrictEqual([
      ['q.weight', [4096, 4096]],
      ['q.bias', [4096]],
      ['norm.weight', [4096]],
    ])
  })

  it('takes masks, frequencies, positions and cache scales for what they are', () => {
    const { parameters, others } = logicalParameters([
      headerOf({
        'h.0.attn.bias': ['F32', [1, 1, 1024, 1024]],
        'h.0.attn.masked_bias': ['F32', []],
        'layers.0.self_attn.rotary_emb.inv_freq': ['F32', [64]],
        'embeddings.position_ids': ['I64', [1, 512]],
        'layers.0.self_attn.k_scale': ['F32', []],
        'h.0.attn.c_attn.bias': ['F32', [2304]],
      }),
    ])
    expect(parameters.map(({ name }) => name)).toStrictEqual(['h.0.attn.c_attn.bias'])
    expect(others).toHaveLength(5)
  })

  it.each([
    ...[
      'inv_freq',
      'masked_bias',
      'position_ids',
      'token_type_ids',
      'num_batches_tracked',
      'running_mean',
      'running_var',
    ],
    ...['pre_quant_scale', 'input_zero_point', 'k_scale', 'v_scale', 'q_scale', 'kv_scale', 'prob_scale'],
    ...['input_scale', 'output_scale', 'activation_scale'],
  ])('takes %s for no parameter, and names that only look so for one', (name) => {
    const found = (tensor: string) => logicalParameters([headerOf({ [tensor]: ['F32', [4]] })]).others
    expect(found(`a.${name}`)).toStrictEqual([`a.${name}`])
    for (const other of [`a.x${name}`, `a.${name}x`, `a.${name}.x`, name]) expect(found(other), other).toStrictEqual([])
  })

  it('takes the correction of a router and a causal mask for buffers, by their names and numbers of dimensions', () => {
    const others = (name: string, shape: readonly number[]) =>
      logicalParameters([headerOf({ [name]: ['F32', shape] })]).others.length
    for (const name of ['a.gate.e_score_correction_bias', 'a.block_sparse_moe.e_score_correction_bias'])
      expect([others(name, [4]), others(name, [4, 4]), others(`${name}s`, [4])]).toStrictEqual([1, 0, 0])
    for (const name of ['a.xgate.e_score_correction_bias', 'a.e_score_correction_bias', 'gate.e_score_correction_bias'])
      expect(others(name, [4])).toBe(0)
    for (const name of ['a.attn.bias', 'a.attention.bias'])
      expect([others(name, [1, 1, 4, 4]), others(name, [4, 4, 4]), others(name, [4])]).toStrictEqual([1, 0, 0])
    for (const name of ['a.xattn.bias', 'a.attn.bias.x', 'a.attn.c.bias', 'attn.bias'])
      expect(others(name, [1, 1, 4, 4])).toBe(0)
  })

  it('counts the stored elements of each dtype, packed tensors and scales as they are', () => {
    const { storedElements, parameters } = logicalParameters([
      headerOf({
        ...{ 'q.qweight': ['I32', [8, 64]], 'q.scales': ['F16', [1, 64]], 'q.qzeros': ['I32', [1, 8]] },
        ...{ 'a.x': ['F16', [3, 5]], 'a.empty': ['F64', [0, 5]] },
      }),
    ])
    expect([...storedElements]).toStrictEqual([
      ['I32', 512 + 8],
      ['F16', 64 + 15],
      ['F64', 0],
    ])
    expect(parameters.map(({ name, bits, storedBytes, dtype }) => [name, bits, storedBytes, dtype])).toStrictEqual([
      ['q.weight', 4, 4 * 520 + 2 * 64, 'I32'],
      ['a.x', 16, 30, 'F16'],
      ['a.empty', 0, 0, 'F64'],
    ])
  })

  it('finds a weight whose tensors is in two files', () => {
    const [first, second] = [
      { 'm.weight': ['F8_E4M3', [4, 4]] },
      { 'm.weight_scale_inv': ['F32', [1, 1]] },
    ] satisfies Layout[]
    const { parameters } = logicalParameters([headerOf(second ?? {}), headerOf(first ?? {})])
    expect(parameters).toMatchObject([{ name: 'm.weight', scheme: 'fp8', storedBytes: 20 }])
  })

  it('refuses a tensor that two files hold', () => {
    const one = headerOf({ 'm.weight': ['BF16', [2, 2]] })
    expect(() => logicalParameters([one, one])).toThrow(
      expect.objectContaining({
        ...{ code: 'invalid_header', message: 'm.weight is in two files of the checkpoint', place: ['m.weight'] },
      }),
    )
  })
})
