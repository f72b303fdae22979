import { describe, expect, it } from 'vitest'
import { quantisationOf } from '../../src/checkpoint/index.js'
import { formatOf } from '../../src/checkpoint/quantisation/quantisation.js'

type Settings = Readonly<Record<string, unknown>>

/** The method, and bits and precision of most weights, as a config states them. */
function stated(quantization_config: Settings): string {
  const found = quantisationOf({ config: { quantization_config } })
  return [found?.method, found?.format?.bits, found?.format?.precision].filter((one) => one !== undefined).join(' ')
}

describe('what a config states of each method', () => {
  it.each<[settings: Settings, expected: string]>([
    [{ quant_method: 'aqlm', nbits_per_codebook: 16, num_codebooks: 2, in_group_size: 8 }, 'aqlm 4 int4'],
    [{ quant_method: 'aqlm', nbits_per_codebook: 16, num_codebooks: 1 }, 'aqlm'],
    [{ quant_method: 'auto_round', bits: 4 }, 'auto-round 4 int4'],
    [{ quant_method: 'intel/auto-round', bits: 8, data_type: 'mx_fp' }, 'intel/auto-round 8 float8_e4m3fn'],
    [{ quant_method: 'auto-round', bits: 4, data_type: 'mxfp' }, 'auto-round 4 mxfp4'],
    [{ quant_method: 'auto-round', bits: 4, data_type: 'nv_fp' }, 'auto-round 4 nvfp4'],
    [{ quant_method: 'auto-round', bits: 4, data_type: 'nvfp' }, 'auto-round 4 nvfp4'],
    [{ quant_method: 'auto-round', bits: 8, data_type: 'fp8' }, 'auto-round 8 float8_e4m3fn'],
    [{ quant_method: 'auto-round', bits: 8, data_type: 'float8_e4m3fn' }, 'auto-round 8 float8_e4m3fn'],
    // The presets of AutoRound 0.16 (`schemes.py`), and its other types (`data_type/`).
    ...(
      [
        ['int', 4, '4 int4'],
        ['int_asym_float_zp', 5, '5 int8'],
        ['int_sym_dq', 3, '3 int4'],
        ['mx_fp', 4, '4 mxfp4'],
        ['mx_fp', 6, '6 fp8'],
        ['mx_fp', 8, '8 float8_e4m3fn'],
        ['mx_fp4', undefined, '4 mxfp4'],
        ['mx_fp8', undefined, '8 float8_e4m3fn'],
        ['mx_fp_rceil', 6, '6 fp8'],
        ['mx_fp', undefined, '4 mxfp4'],
        ['MX_FP', 8, '8 float8_e4m3fn'],
        ['mx_int', 4, '4 int4'],
        ['nv_fp4_with_static_gs', 4, '4 nvfp4'],
        ['nvfp4_v2', 4, '4 nvfp4'],
        ['fp', 8, '8 float8_e4m3fn'],
        ['fp8_e5m2', 8, '8 float8_e5m2'],
        ['fp8', undefined, '8 float8_e4m3fn'],
        ['fp8_to_int_sym', 4, '4 int4'],
        ['int8_to_fp8', 4, '4 int4'],
      ] as const
    ).map(([data_type, bits, expected]): [Settings, string] => [
      { quant_method: 'auto-round', data_type, ...(bits !== undefined && { bits }) },
      `auto-round ${expected}`,
    ]),
    // A group of which all modules have the format, whatever its targets.
    [{ config_groups: { g: { targets: ['re:(a+)+$'], weights: { num_bits: 2 } } } }, 'compressed-tensors 2 int4'],
    [{ quant_method: 'AWQ', bits: 4 }, 'awq 4 int4'],
    [{ quant_method: 'bitnet' }, 'bitnet 2 int4'],
    [{ quant_method: 'bitsandbytes', _load_in_8bit: true }, 'bitsandbytes 8 int8'],
    [{ quant_method: 'bitsandbytes', load_in_8bit: true, load_in_4bit: true }, 'bitsandbytes 8 int8'],
    [{ quant_method: 'bitsandbytes', _load_in_4bit: true, bnb_4bit_quant_type: 'nf4' }, 'bitsandbytes 4 nf4'],
    [{ quant_method: 'bitsandbytes', load_in_4bit: 'true' }, 'bitsandbytes'],
    [{ load_in_8bit: true }, 'bitsandbytes 8 int8'],
    [{ quant_method: 'eetq' }, 'eetq 8 int8'],
    [{ quant_method: 'exl2', bits: 2.5 }, 'exl2 2.5 int4'],
    [{ quant_method: 'fbgemm_fp8' }, 'fbgemm_fp8 8 float8_e4m3fn'],
    [{ quant_method: 'finegrained_fp8' }, 'finegrained_fp8 8 float8_e4m3fn'],
    [{ quant_method: 'fp8', fmt: 'e5m2' }, 'fp8 8 float8_e5m2'],
    [{ quant_method: 'fp8' }, 'fp8 8 float8_e4m3fn'],
    [{ quant_method: 'fp_quant' }, 'fp_quant 4 mxfp4'],
    [{ quant_method: 'fp_quant', forward_dtype: 'nvfp4' }, 'fp_quant 4 nvfp4'],
    ...['bits', 'w_bit', 'nbits', 'num_bits', 'weight_bits', 'wbits'].map((name): [Settings, string] => [
      { quant_method: 'gptq', [name]: 3 },
      'gptq 3 int4',
    ]),
    [{ quant_method: 'gptq', bits: 16 }, 'gptq 16 int16'],
    [{ quant_method: 'gptq', bits: 17 }, 'gptq'],
    [{ quant_method: 'gptq', bits: 0 }, 'gptq'],
    [{ quant_method: 'gptq', bits: '4' }, 'gptq'],
    [{ quant_method: 'higgs', bits: 4 }, 'higgs 4 int4'],
    [{ quant_method: 'hqq', quant_config: { weight_quant_params: { nbits: 8 } } }, 'hqq 8 int8'],
    [{ quant_method: 'hqq', weight_quant_params: { nbits: 2 } }, 'hqq 2 int4'],
    [{ quant_method: 'hqq', quant_config: { 'mlp.up': { weight_quant_params: { nbits: 1 } } } }, 'hqq 1 int4'],
    [{ quant_method: 'hqq', quant_config: {} }, 'hqq'],
    [{ quant_method: 'marlin' }, 'marlin 4 int4'],
    [{ quant_method: 'marlin', bits: 8 }, 'marlin 8 int8'],
    [{ quant_method: 'mxfp4' }, 'mxfp4 4 mxfp4'],
    [{ quant_method: 'quanto', weights: 'int2' }, 'quanto 2 int4'],
    [{ quant_method: 'quanto', weights: 'float8' }, 'quanto 8 float8_e4m3fn'],
    [{ quant_method: 'quanto' }, 'quanto'],
    [{ quant_method: 'sinq', nbits: 4 }, 'sinq 4 int4'],
    [{ quant_method: 'spqr', bits: 3 }, 'spqr 3 int4'],
    // An index of log2(65,536) bits for eight values.
    [
      { quant_method: 'vptq', config_for_layers: { a: { num_centroids: [-1, 65536], vector_lens: [-1, 8] } } },
      'vptq 2 int4',
    ],
    [{ quant_method: 'vptq', config_for_layers: { a: { num_centroids: [65536, -1], vector_lens: [8] } } }, 'vptq'],
    [{ quant_method: 'vptq', config_for_layers: {} }, 'vptq'],
    [{ quant_method: 'vptq' }, 'vptq'],
    // MLX: affine integers, or the floats of a mode.
    [{ group_size: 64, bits: 6 }, 'mlx 6 int8'],
    [{ mode: 'mxfp4', bits: 4, group_size: 32 }, 'mlx 4 mxfp4'],
    [{ mode: 'nvfp4' }, 'mlx 4 nvfp4'],
    [{ mode: 'affine', bits: 3 }, 'mlx 3 int4'],
    // ModelOpt.
    [{ quant_algo: 'FP8' }, 'modelopt 8 float8_e4m3fn'],
    [{ producer: { name: 'modelopt' }, quant_algo: 'NVFP4' }, 'modelopt 4 nvfp4'],
    [{ quant_method: 'modelopt', quant_algo: 'W4A8_AWQ' }, 'modelopt 4 int4'],
    [{ quant_method: 'modelopt', quant_algo: 'MXFP8' }, 'modelopt 8 float8_e4m3fn'],
    [{ quant_method: 'modelopt', quant_algo: 'INT8_SQ' }, 'modelopt 8 int8'],
    [{ quant_method: 'modelopt', config_groups: { g: { weights: { num_bits: 4 } } } }, 'modelopt 4 int4'],
    // compressed-tensors: one group for all.
    [{ config_groups: { g: { weights: { num_bits: 8, type: 'float' } } } }, 'compressed-tensors 8 float8_e4m3fn'],
    [{ config_groups: { g: { weights: { num_bits: 6, type: 'float' } } } }, 'compressed-tensors 6 fp8'],
    [{ config_groups: { g: { weights: { num_bits: 4, type: 'float' } } } }, 'compressed-tensors 4 nvfp4'],
    [
      { config_groups: { g: { weights: { num_bits: 4, type: 'float', group_size: 32 } } } },
      'compressed-tensors 4 mxfp4',
    ],
    [
      { config_groups: { g: { format: 'mxfp4-pack-quantized', weights: { num_bits: 4, type: 'float' } } } },
      'compressed-tensors 4 mxfp4',
    ],
    [
      { config_groups: { g: { weights: { num_bits: 4, type: 'float' } } }, format: 'mxfp4-pack-quantized' },
      'compressed-tensors 4 mxfp4',
    ],
    [
      {
        config_groups: { g: { format: 'nvfp4', weights: { num_bits: 4, type: 'float' } } },
        format: 'mxfp4-pack-quantized',
      },
      'compressed-tensors 4 nvfp4',
    ],
    [{ quant_method: 'compressed-tensors', format: 'float-quantized' }, 'compressed-tensors'],
    [{ quant_method: 'compressed-tensors', format: 'nvfp4-pack-quantized' }, 'compressed-tensors 4 nvfp4'],
    [{ quant_method: 'compressed-tensors', config_groups: { g: { weights: {} }, h: 5 } }, 'compressed-tensors'],
    // Quark.
    [{ quant_method: 'quark', global_quant_config: { weight: { dtype: 'int8' } } }, 'quark 8 int8'],
    [
      { quant_method: 'quark', global_quant_config: { weight: { dtype: 'fp4', scale_format: 'e8m0' } } },
      'quark 4 mxfp4',
    ],
    [{ quant_method: 'quark', global_quant_config: { weight: { dtype: 'fp4' } } }, 'quark 4 nvfp4'],
    [
      { quant_method: 'quark', global_quant_config: { weight: { dtype: 'mx', mx_element_dtype: 'fp4' } } },
      'quark 4 mxfp4',
    ],
    [
      { quant_method: 'quark', global_quant_config: { weight: { dtype: 'mx', mx_element_dtype: 'fp6_e3m2' } } },
      'quark 6 fp8',
    ],
    [
      { quant_method: 'quark', global_quant_config: { weight: [{ dtype: 'fp8_e5m2' }, { dtype: 'int4' }] } },
      'quark 8 float8_e5m2',
    ],
    [{ quant_method: 'quark', global_quant_config: { weight: [] } }, 'quark'],
    [{ quant_method: 'quark', global_quant_config: {} }, 'quark'],
    // torchao.
    [{ quant_method: 'torchao', quant_type: 'int8_weight_only' }, 'torchao 8 int8'],
    [{ quant_method: 'torchao', quant_type: 'uint4_weight_only' }, 'torchao 4 int4'],
    [{ quant_method: 'torchao', quant_type: 'int8_dynamic_activation_int4_weight' }, 'torchao 4 int4'],
    [{ quant_method: 'torchao', quant_type: 'float8_dynamic_activation_float8_weight' }, 'torchao 8 float8_e4m3fn'],
    [{ quant_method: 'torchao', quant_type: { default: { _type: 'Int8WeightOnlyConfig' } } }, 'torchao 8 int8'],
    [{ quant_method: 'torchao', quant_type: { _type: 'Int4WeightOnlyConfig' } }, 'torchao 4 int4'],
    [
      {
        quant_method: 'torchao',
        quant_type: { default: { _type: 'IntxWeightOnlyConfig', _data: { weight_dtype: { _data: 'int2' } } } },
      },
      'torchao 2 int4',
    ],
    [{ quant_method: 'torchao', quant_type: 5 }, 'torchao'],
    [{ quant_method: 'torchao' }, 'torchao'],
    // Methods that are not listed.
    [{ quant_method: 'superquant', bits: 5 }, 'superquant 5 int8'],
    [{ quant_method: 'super_fp8' }, 'super_fp8 8 float8_e4m3fn'],
    [{ quant_method: 'toString' }, 'tostring'],
    [{ quant_method: 'my_auto_round', bits: 4, data_type: 'mx_fp' }, 'my_auto_round 4 int4'],
    [{ group_size: 64, bits: 4, a: 1, b: 2 }, ' 4 int4'],
  ])('%j: %s', (settings, expected) => expect(stated(settings)).toBe(expected))

  it('says what it does not know', () => {
    const notes = (settings: Settings) => quantisationOf({ config: { quantization_config: settings } })?.notes
    expect(notes({ quant_method: 'gptq', bits: 4 })).toStrictEqual([])
    expect(notes({ quant_method: 'gptq' })).toStrictEqual([
      'the config says that the weights are quantised with gptq, but not to how many bits',
    ])
    expect(notes({ quant_method: 'superquant', bits: 5 })).toStrictEqual([
      'unknown quantisation method "superquant": its 5 bits are assumed to be int8',
    ])
    expect(notes({ config_groups: { g: { targets: ['re:(a+)+$'], weights: { num_bits: 2 } } } })).toStrictEqual([])
    expect(notes({ config_groups: { g: { targets: ['re:.*(a+)+$'], weights: { num_bits: 2 } } } })).toStrictEqual([
      'quantization_config targets "re:.*(a+)+$", a pattern that is not supported',
    ])
    expect(notes({ quant_method: 'x'.repeat(100) })).toStrictEqual([
      `unknown quantisation method "${'x'.repeat(60)}": the config does not say how many bits the weights have`,
    ])
  })
})

describe('where the settings are', () => {
  const settings = { quant_method: 'awq', bits: 4 }

  it.each<[files: Parameters<typeof quantisationOf>[0], method: string | undefined]>([
    [{}, undefined],
    [{ config: {} }, undefined],
    [{ config: { quantization_config: {} } }, undefined],
    [{ config: { quantization_config: 5 } }, undefined],
    [{ config: { quantization_config: settings } }, 'awq'],
    [{ config: { compression_config: { config_groups: {} } } }, 'compressed-tensors'],
    [{ config: { quantization: { bits: 4 } } }, 'mlx'],
    [{ config: { text_config: { quantization_config: settings } } }, 'awq'],
    [{ config: { thinker_config: { text_config: { quantization_config: settings } } } }, 'awq'],
    [{ config: { a: { b: { c: { quantization_config: settings } } } } }, undefined],
    [{ config: { quantization_config: settings, quantization: { bits: 2 } } }, 'awq'],
    [{ hfQuantConfig: { quantization: { quant_algo: 'FP8' } } }, 'modelopt'],
    [{ hfQuantConfig: { quantization: { quant_algo: 'FP8' } }, config: { quantization_config: settings } }, 'modelopt'],
    [{ hfQuantConfig: {}, config: { quantization_config: settings } }, 'awq'],
    [{ quantizeConfig: { bits: 4 } }, 'gptq'],
    [{ quantizeConfig: { bits: 4, quant_method: 'awq' } }, 'awq'],
    [{ quantizeConfig: { bits: 4 }, config: { quantization_config: settings } }, 'awq'],
    [{ quantoMap: { 'a.b': { weights: 'qint8' } } }, 'quanto'],
    [{ quantoMap: {} }, 'quanto'],
  ])('%j: %s', (files, method) => expect(quantisationOf(files)?.method).toBe(method))
})

describe('the formats of single modules', () => {
  const bitsOf = (quantization_config: Settings, modules: readonly string[]) => {
    const quantisation = quantisationOf({ config: { quantization_config } })
    return modules.map((module) => formatOf(quantisation, module)?.bits)
  }

  it('are those of ModelOpt, by name and by pattern', () => {
    const quantized_layers = {
      'a.b': { quant_algo: 'FP8' },
      'c.*.d': { quant_algo: 'NVFP4' },
      'e.f': { quant_algo: 'unknown' },
      'g.h': 5,
    }
    expect(
      bitsOf({ quant_method: 'modelopt', quantized_layers }, ['a.b', 'c.1.d', 'c.1.e', 'e.f', 'g.h', 'a.b.c']),
    ).toStrictEqual([8, 4, undefined, undefined, undefined, undefined])
  })

  it('are those of Quark, by pattern', () => {
    const quark = {
      quant_method: 'quark',
      global_quant_config: { weight: { dtype: 'int4' } },
      layer_quant_config: { '*lm_head': { weight: { dtype: 'int8' } }, '*.x': {}, y: 5 },
    }
    expect(bitsOf(quark, ['lm_head', 'model.lm_head', 'lm_head.x', 'y'])).toStrictEqual([8, 8, 4, 4])
  })

  it('are those of quanto, and the first one is that of all others', () => {
    const quantisation = quantisationOf({
      quantoMap: { a: { weights: 'qint4' }, b: { weights: 'qfloat8' }, c: { weights: 'none' }, d: 5 },
    })
    expect(['a', 'b', 'c', 'd'].map((module) => formatOf(quantisation, module)?.precision)).toStrictEqual([
      'int4',
      'float8_e4m3fn',
      'int4',
      'int4',
    ])
  })

  it('are those of MLX, also with another mode', () => {
    const mlx = { bits: 4, group_size: 64, a: { bits: 8 }, b: { mode: 'mxfp8' }, c: false, d: {} }
    expect(bitsOf({ quant_method: 'mlx', ...mlx }, ['a', 'b', 'c', 'd'])).toStrictEqual([8, 8, 4, 4])
    const { isExcluded } = quantisationOf({ config: { quantization: mlx } }) ?? {}
    expect(['a', 'b', 'c', 'd', 'group_size'].filter((module) => isExcluded?.(module))).toStrictEqual(['c'])
    expect(quantisationOf({ config: { quantization: { bits: 4, a: true } } })).not.toHaveProperty('isExcluded')
  })

  it('are those of the first class that most modules have, also beside names, in compressed-tensors', () => {
    const group = (num_bits: number, ...targets: string[]) => ({ targets, weights: { num_bits } })
    const groups = (config_groups: object) => ({ quant_method: 'compressed-tensors', config_groups })
    const names = { a: group(8, 'x.y'), b: group(4, 'Linear', 'z'), c: group(2, 'Conv2d') }
    expect(bitsOf(groups(names), ['x.y', 'z', 'other'])).toStrictEqual([8, 4, 4])
    // Embeddings are no such class: they are told by their names.
    const embeddings = { a: group(8, 'Embedding'), b: group(4, 'Linear') }
    expect(bitsOf(groups(embeddings), ['m.embed_tokens', 'm.q_proj'])).toStrictEqual([8, 4])
    const both = { a: group(8, 'VocabParallelEmbedding', 'x'), b: group(2, 'y') }
    expect(bitsOf(groups(both), ['m.wte', 'x', 'y', 'z'])).toStrictEqual([8, 8, 2, 8])
  })

  it('are none of modules that no pattern means, in compressed-tensors with patterns alone', () => {
    const group = (num_bits: number, ...targets: string[]) => ({ targets, weights: { num_bits } })
    const left = (config_groups: object, more: object = {}) => {
      const quantization_config = { quant_method: 'compressed-tensors', config_groups, ...more }
      const { isExcluded } = quantisationOf({ config: { quantization_config } }) ?? {}
      return ['m.mlp.up', 'm.attn.q', 'lm_head'].filter((module) => isExcluded?.(module))
    }
    expect(left({ a: group(4, 're:.*mlp.*') })).toStrictEqual(['m.attn.q', 'lm_head'])
    expect(left({ a: group(4, 're:.*mlp.*'), b: group(8, 're:.*attn.*', 're:.*x') })).toStrictEqual(['lm_head'])
    expect(left({ a: group(4, 're:.*mlp.*') }, { ignore: ['m.mlp.up'] })).toStrictEqual([
      'm.mlp.up',
      'm.attn.q',
      'lm_head',
    ])
    expect(left({ a: group(4, 're:.*mlp.*', 'Linear') })).toStrictEqual([])
    expect(left({ a: group(4, 're:.*mlp.*'), b: group(8, 'm.attn.q') })).toStrictEqual([])
    expect(left({ a: group(4, 're:.*mlp.*'), b: group(8) })).toStrictEqual([])
    expect(left({ a: group(4, 're:.*mlp.*', 're:.*(a+)+$') })).toStrictEqual([])
    expect(left({ a: group(4, 're:m.mlp.*') })).toStrictEqual([])
    expect(left({ a: group(4) })).toStrictEqual([])
    expect(left({ a: group(4, 'Linear') }, { ignore: ['lm_head'] })).toStrictEqual(['lm_head'])
  })

  it('are those of AutoRound, by name before pattern, and 16 bits mean none', () => {
    const settings = {
      ...{ quant_method: 'auto-round', bits: 4, data_type: 'int' },
      extra_config: {
        q_proj: { bits: 8 },
        'a.1.q_proj': { bits: 2 },
        '.*b\\.\\d+.*': { bits: 8, data_type: 'mx_fp' },
        o_proj: { data_type: 'nv_fp' },
        lm_head: { bits: 16, data_type: 'float' },
        '.*gate.*': { bits: 32 },
        odd: 5,
        '(a+)+$': { bits: 8 },
      },
    }
    const quantisation = quantisationOf({ config: { quantization_config: settings } })
    const formats = (modules: readonly string[]) =>
      modules.map((module) => [
        formatOf(quantisation, module)?.bits,
        formatOf(quantisation, module)?.precision,
        quantisation?.isExcluded?.(module),
      ])
    expect(
      formats(['a.0.q_proj', 'a.1.q_proj', 'a.b.3.x', 'a.o_proj', 'a.x', 'lm_head', 'a.gate.x', 'odd']),
    ).toStrictEqual([
      [8, 'int8', false],
      [2, 'int4', false],
      [8, 'float8_e4m3fn', false],
      [4, 'nvfp4', false],
      [4, 'int4', false],
      [4, 'int4', true],
      [4, 'int4', true],
      [4, 'int4', false],
    ])
    expect(quantisation?.notes).toStrictEqual([
      'quantization_config targets "re:.*(a+)+$", a pattern that is not supported',
    ])
    const none = { quant_method: 'auto-round', bits: 4, extra_config: { a: { bits: 15 } } }
    expect(quantisationOf({ config: { quantization_config: none } })).not.toHaveProperty('isExcluded')
  })

  it.each(['gptq', 'awq'])('are those of GPTQModel, by the starts of names: %s', (quant_method) => {
    const dynamic = {
      lm_head: { bits: 8 },
      '+:.*down.*': { bits: 2 },
      '-:.*gate': {},
      '.*up': { group_size: 32 },
      x: 5,
    }
    const settings = { quant_method, bits: 4, dynamic }
    const modules = ['lm_head', 'a.lm_head', 'a.down_proj', 'a.gate', 'a.up', 'x']
    expect(bitsOf(settings, modules)).toStrictEqual([8, 4, 2, 4, 4, 4])
    const { isExcluded } = quantisationOf({ config: { quantization_config: settings } }) ?? {}
    expect(modules.filter((module) => isExcluded?.(module))).toStrictEqual(['a.gate'])
  })

  it('are those of compressed-tensors: names, patterns, and the class for all others', () => {
    const config_groups = {
      first: { targets: ['re:.*mlp.*', 'lm_head', 5], weights: { num_bits: 8 } },
      second: { targets: ['Linear'], weights: { num_bits: 4 } },
      third: { targets: ['re:(a+)+$', 'x.y'], weights: { num_bits: 2 } },
      fourth: { targets: ['z'] },
    }
    const settings = { quant_method: 'compressed-tensors', config_groups }
    expect(bitsOf(settings, ['a.mlp.b', 'lm_head', 'a.attn', 'x.y', 'z'])).toStrictEqual([8, 8, 4, 2, 4])
    expect(quantisationOf({ config: { quantization_config: settings } })?.notes).toStrictEqual([
      'quantization_config targets "re:(a+)+$", a pattern that is not supported',
    ])
    const { second: _, ...without } = config_groups
    expect(bitsOf({ ...settings, config_groups: without }, ['a.attn'])).toStrictEqual([8])
  })
})
