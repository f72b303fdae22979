import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modelSpecFromConfig, precisionOf, quantisationOf } from '../../src/checkpoint/index.js'
import { globTest, regexTest } from '../../src/checkpoint/quantisation/module-pattern.js'
import { formatOf } from '../../src/checkpoint/quantisation/quantisation.js'
import { PRECISIONS } from '../../src/schemas/precisions.js'

function caseOf(name: string) {
  return JSON.parse(readFileSync(new URL(`../fixtures/checkpoint/cases/${name}.json`, import.meta.url), 'utf8'))
}

function precision(quantization_config: object): string {
  return precisionOf({ config: { torch_dtype: 'bfloat16', quantization_config: { ...quantization_config } } }).precision
}

describe('the precision that a config says', () => {
  it.each([
    ['nested-quantisation', 'int8'],
    ['w4a16-nvfp4', 'nvfp4'],
    ['modelopt-no-quant_method', 'float8_e4m3fn'],
    ['mlx-only', 'int4'],
  ])('%s is %s', (name, expected) => {
    expect(modelSpecFromConfig(caseOf(name)).spec.precision).toBe(expected)
  })

  it.each([
    [{ quant_method: 'gptq', bits: 8 }, 'int8'],
    [{ quant_method: 'awq', bits: 4 }, 'int4'],
    [{ quant_method: 'awq', w_bit: 4 }, 'int4'],
    [{ quant_method: 'bitsandbytes', load_in_8bit: true }, 'int8'],
    [{ quant_method: 'bitsandbytes', load_in_4bit: true, bnb_4bit_quant_type: 'fp4' }, 'fp4'],
    [{ load_in_4bit: true, bnb_4bit_quant_type: 'nf4' }, 'nf4'],
    // The default of transformers' `BitsAndBytesConfig`.
    [{ quant_method: 'bitsandbytes', load_in_4bit: true }, 'fp4'],
    [{ quant_method: 'fp8', fmt: 'e4m3' }, 'float8_e4m3fn'],
    [{ quant_method: 'fbgemm_fp8' }, 'float8_e4m3fn'],
    [{ quant_method: 'mxfp4' }, 'mxfp4'],
    [{ quant_method: 'compressed-tensors', format: 'mxfp4-pack-quantized' }, 'mxfp4'],
    [{ quant_method: 'modelopt', quant_algo: 'NVFP4_AWQ' }, 'nvfp4'],
    [{ quant_method: 'modelopt', quant_algo: 'W4A16_NVFP4' }, 'nvfp4'],
    [{ quant_method: 'modelopt', quant_algo: 'W4A16_AWQ' }, 'int4'],
    [{ quant_method: 'modelopt', quant_algo: 'W4A8_AWQ' }, 'int4'],
    [{ quant_method: 'modelopt', quant_algo: 'INT8_SQ' }, 'int8'],
    [{ quant_method: 'modelopt', quant_algo: 'FP8' }, 'float8_e4m3fn'],
    [{ quant_method: 'quark', global_quant_config: { weight: { dtype: 'fp8_e4m3' } } }, 'float8_e4m3fn'],
    [{ quant_method: 'quark', global_quant_config: { weight: [{ dtype: 'uint4' }] } }, 'int4'],
    [{ quant_method: 'hqq', quant_config: { weight_quant_params: { nbits: 4 } } }, 'int4'],
    [{ quant_method: 'hqq', quant_config: { 'self_attn.q_proj': { weight_quant_params: { nbits: 2 } } } }, 'int4'],
    [{ quant_method: 'quanto', weights: 'int8' }, 'int8'],
    [{ quant_method: 'quanto', weights: 'float8' }, 'float8_e4m3fn'],
    [{ quant_method: 'torchao', quant_type: 'int4_weight_only' }, 'int4'],
    [{ quant_method: 'torchao', quant_type: 'int8_dynamic_activation_int4_weight' }, 'int4'],
    [{ quant_method: 'torchao', quant_type: 'int8_dynamic_activation_int8_weight' }, 'int8'],
    [{ quant_method: 'torchao', quant_type: { default: { _type: 'Int4WeightOnlyConfig', _data: {} } } }, 'int4'],
    [{ quant_method: 'torchao', quant_type: { default: { _type: 'Float8WeightOnlyConfig' } } }, 'float8_e4m3fn'],
    [{ quant_method: 'eetq', weights: 'int8' }, 'int8'],
    [{ quant_method: 'aqlm', nbits_per_codebook: 16, num_codebooks: 1, in_group_size: 8 }, 'int4'],
    [{ quant_method: 'exl2', bits: 4.65 }, 'int8'],
    [{ quant_method: 'exl3', bits: 3 }, 'int4'],
    [{ quant_method: 'fp_quant', forward_dtype: 'nvfp4' }, 'nvfp4'],
    [{ quant_method: 'bitnet' }, 'int4'],
    [{ quant_method: 'auto-round', bits: 2, data_type: 'int' }, 'int4'],
    [{ quant_method: 'auto-round', bits: 4, data_type: 'mx_fp' }, 'mxfp4'],
    [{ group_size: 64, bits: 4 }, 'int4'],
    [{ group_size: 32, bits: 8, mode: 'mxfp8' }, 'float8_e4m3fn'],
  ])('%j is %s', (config, expected) => {
    expect(precision(config)).toBe(expected)
  })

  it.each([{}, { bnb_4bit_quant_type: 'nf4' }, { load_in_4bit: true, bnb_4bit_quant_type: 'nf5' }])(
    'is unknown for bitsandbytes with %j, and a note says so',
    (settings) => {
      const { notes } = precisionOf({ config: { quantization_config: { quant_method: 'bitsandbytes', ...settings } } })
      expect(notes[0]).toContain('quantised with bitsandbytes, but not to how many bits')
    },
  )

  it('is never that of 16 bits for a method that is not known', () => {
    const { precision, notes } = precisionOf({
      config: { torch_dtype: 'bfloat16', quantization_config: { quant_method: 'superquant', group_size: 8 } },
    })
    expect(precision).toBe('int8')
    expect(notes[0]).toContain('unknown quantisation method "superquant"')
  })

  it('is said to be rounded where ModelSpec has no word for it', () => {
    expect(precisionOf({ config: { quantization_config: { quant_method: 'exl2', bits: 4.65 } } }).notes).toStrictEqual([
      'the weights have 4.65 bits; precision rounds this up to int8',
    ])
  })

  it('is the one of ModelOpt’s own file where the config has none', () => {
    const hfQuantConfig = { producer: { name: 'modelopt' }, quantization: { quant_algo: 'NVFP4' } }
    expect(precisionOf({ config: { torch_dtype: 'bfloat16' }, hfQuantConfig }).precision).toBe('nvfp4')
  })

  it('is the one that most linear layers have, and the mixture is said', () => {
    const layers = [0, 1].flatMap((layer) => [
      ...['q', 'k', 'v', 'o'].map((name) => [`model.layers.${layer}.self_attn.${name}_proj`, { quant_algo: 'FP8' }]),
      ...['gate', 'up', 'down'].map((name) => [`model.layers.${layer}.mlp.${name}_proj`, { quant_algo: 'NVFP4' }]),
    ])
    const { spec, notes } = modelSpecFromConfig({
      ...{ model_type: 'llama', hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 4 },
      quantization_config: {
        ...{ quant_method: 'modelopt', quant_algo: 'MIXED_PRECISION' },
        quantized_layers: Object.fromEntries(layers),
      },
    })
    expect(spec.precision).toBe('nvfp4')
    expect(notes).toContainEqual(expect.stringContaining('60.0 % in nvfp4, 40.0 % in float8_e4m3fn'))
  })

  it('is a word that the linter knows, whatever the config holds', () => {
    const names = ['quant_method', 'quant_algo', 'bits', 'weights', 'format', 'config_groups', 'mode', 'quant_type']
    const config = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.jsonValue(), fc.constantFrom(...METHOD_WORDS)))
    fc.assert(
      fc.property(config, (quantization_config) => {
        expect(PRECISIONS).toContain(precision(quantization_config))
      }),
    )
  })
})

const METHOD_WORDS = [
  'gptq',
  'awq',
  'mlx',
  'modelopt',
  'NVFP4',
  'W3A16',
  'quark',
  'torchao',
  'compressed-tensors',
  'int3',
]

describe('groups that name their modules one by one', () => {
  const noted = (targets: readonly string[]): boolean => {
    const weights = { num_bits: 4, type: 'int' }
    const quantization_config = { quant_method: 'compressed-tensors', config_groups: { a: { targets, weights } } }
    const { notes } = modelSpecFromConfig({ model_type: 'llama', quantization_config })
    return notes.some((note) => note.includes('names its modules one by one'))
  }

  it('are said to prove nothing of others, unless a class or patterns mean those', () => {
    expect(noted(['model.layers.0.mlp.down_proj'])).toBe(true)
    expect(noted(['lm_head', 're:.*mlp.*'])).toBe(true)
    expect(noted(['Linear', 'lm_head'])).toBe(false)
    expect(noted(['re:.*mlp.*'])).toBe(false)
    expect(noted([])).toBe(false)
  })
})

describe('formats of single modules', () => {
  it('come from the groups of compressed-tensors, by pattern, by name and by class', () => {
    const weights = (num_bits: number) => ({ weights: { num_bits, type: 'int' } })
    const quantisation = quantisationOf({
      config: {
        quantization_config: {
          quant_method: 'compressed-tensors',
          config_groups: {
            group_0: { targets: ['Linear'], ...weights(8) },
            group_1: { targets: ['re:.*mlp.*', 'lm_head'], ...weights(4) },
          },
        },
      },
    })
    const bits = (name: string) => formatOf(quantisation, name)?.bits
    expect([
      bits('model.layers.0.self_attn.q_proj'),
      bits('model.layers.0.mlp.up_proj'),
      bits('lm_head'),
    ]).toStrictEqual([8, 4, 4])
  })

  it('are those of mlx-lm, beside the ones of all', () => {
    const quantisation = quantisationOf({
      config: { quantization: { group_size: 64, bits: 4, 'model.embed_tokens': { group_size: 64, bits: 6 } } },
    })
    expect(formatOf(quantisation, 'model.embed_tokens')?.bits).toBe(6)
    expect(formatOf(quantisation, 'lm_head')?.bits).toBe(4)
  })
})

describe('patterns of modules', () => {
  it.each([
    ['.*self_attn.*', 'model.layers.0.self_attn.q_proj', true],
    ['.*self_attn.*', 'model.layers.0.mlp.up_proj', false],
    ['.*\\.(q|k|v)_proj$', 'model.layers.0.self_attn.v_proj', true],
    ['.*\\.(q|k|v)_proj$', 'model.layers.0.self_attn.v_proj.x', false],
    ['model\\.layers\\.\\d+\\.mlp.*', 'model.layers.12.mlp.up_proj', true],
    ['model.layers.0', 'model.layers.01', true],
    ['^lm_head$', 'lm_head', true],
    ['.+mlp', 'mlp', false],
    ['.+mlp', 'x.mlp', true],
    ['layers', 'model.layers', false],
    ['b.*a.*c', 'bxaxc', true],
    ['b.*a.*c', 'xaxc', false],
    ['b.*z.*a.*c', 'bac', false],
    ['b.*a.*z.*c', 'bac', false],
    ['a.*a', 'a', false],
    ['a.*b$', 'ab.b', true],
    ['a.*b$', 'ab.c', false],
    ['a.*b', 'ab.c', true],
    ['a\\.b', 'axb', false],
    ['a.b', 'axb', true],
    ['', 'anything', true],
    ['$', 'anything', false],
  ])('%s on %s is %s, as re.match says', (pattern, name, expected) => {
    expect(regexTest(pattern)?.(name)).toBe(expected)
  })

  it.each(['a^b', '(a+)+$', 'a.*(b+)+.*c', '(a|b)*', 'a\\w', 'a\\$', '[ab]x', 'a{2}', 'a*', '(?=x)', 'a(b'])(
    '%s is not read',
    (pattern) => {
      expect(regexTest(pattern)).toBeUndefined()
    },
  )

  it('a glob means the whole name', () => {
    expect(globTest('model.layers.*.self_attn')?.('model.layers.3.self_attn')).toBe(true)
    expect(globTest('model.layers.*.self_attn')?.('model.layers.3.self_attn.q_proj')).toBe(false)
    expect(globTest('*lm_head*')?.('lm_head')).toBe(true)
  })

  it('cost no more than the length of the name', () => {
    const test = regexTest(`${'.*a'.repeat(30)}$`)
    expect(test?.(`${'a'.repeat(29)}${'b'.repeat(20_000)}`)).toBe(false)
  })
})
