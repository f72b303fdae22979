import { describe, expect, it } from 'vitest'
import { quantisationOf } from '../../src/checkpoint/index.js'
import { detailsOf } from '../../src/checkpoint/quantisation/details.js'

type Settings = Readonly<Record<string, unknown>>

describe('the scales that a config states', () => {
  // Sources: GPTQConfig and AwqConfig of transformers, QuantizationArgs of compressed-tensors, BitsAndBytesConfig.
  it.each<[settings: Settings, scales: object | undefined]>([
    [{}, undefined],
    [{ group_size: 128 }, { groupSize: 128 }],
    [{ q_group_size: 64 }, { groupSize: 64 }],
    [{ group_size: 32, q_group_size: 64 }, { groupSize: 32 }],
    // GPTQ: -1 is one scale for each row.
    [{ group_size: -1 }, { groupSize: 'row' }],
    [{ group_size: 0 }, { groupSize: 'row' }],
    [{ config_groups: { g: { weights: { group_size: 16, symmetric: true } } } }, { groupSize: 16, zeroPoints: false }],
    [{ config_groups: { g: { weights: { symmetric: false } } } }, { zeroPoints: true }],
    [{ config_groups: { a: 5, g: { weights: { group_size: 8 } } } }, { groupSize: 8 }],
    [{ config_groups: { g: { weights: { group_size: 'all', symmetric: 'no' } } } }, undefined],
    [{ sym: true }, { zeroPoints: false }],
    [{ sym: false }, { zeroPoints: true }],
    [{ sym: true, config_groups: { g: { weights: { symmetric: false } } } }, { zeroPoints: false }],
    [{ zero_point: true }, { zeroPoints: true }],
    [{ zero_point: false }, { zeroPoints: false }],
    [{ zero_point: true, sym: true }, { zeroPoints: true }],
    [{ zero_point: 'yes' }, undefined],
    [{ bnb_4bit_use_double_quant: true }, { doubleQuantised: true }],
    [{ bnb_4bit_use_double_quant: false }, { doubleQuantised: false }],
    [{ bnb_4bit_use_double_quant: 'true' }, undefined],
  ])('%j: %j', (settings, scales) => {
    expect(detailsOf(settings)).toStrictEqual(scales === undefined ? {} : { scales })
    const found = quantisationOf({ config: { quantization_config: { quant_method: 'gptq', bits: 4, ...settings } } })
    expect(found?.scales).toStrictEqual(scales)
  })
})

describe('the modules that a config leaves as they are', () => {
  const excluded = (settings: Settings, modules: readonly string[]) =>
    modules.filter((module) => detailsOf(settings).isExcluded?.(module))

  it.each([
    'modules_to_not_convert',
    'ignored_layers',
    'ignore',
    'exclude_modules',
    'exclude',
    'llm_int8_skip_modules',
  ])('are listed as %s', (name) => {
    expect(excluded({ [name]: ['lm_head', 5, null] }, ['lm_head', 'embed', ''])).toStrictEqual(['lm_head'])
  })

  it('include all modules below a name, and modules of that name anywhere', () => {
    const modules = ['gate', 'gate.proj', 'layers.0.gate', 'layers.0.gate.proj', 'gates', 'layers.0.agate', 'gate_proj']
    expect(excluded({ ignore: ['gate'] }, modules)).toStrictEqual(modules.slice(0, 4))
  })

  it('are meant by patterns: re: of compressed-tensors, * of ModelOpt, -: of GPTQModel', () => {
    const modules = ['lm_head', 'model.lm_head', 'a.mlp.b', 'a.attn.b', 're:x', 'a.visual.b']
    expect(excluded({ ignore: ['re:.*lm_head', 're:x'] }, modules)).toStrictEqual(['lm_head', 'model.lm_head', 're:x'])
    expect(excluded({ exclude_modules: ['*mlp*'] }, modules)).toStrictEqual(['a.mlp.b'])
    expect(
      excluded({ dynamic: { '-:.*attn': {}, '+:.*mlp.*': { bits: 8 }, '-:a\\.visual.*': {} } }, modules),
    ).toStrictEqual(['a.attn.b', 'a.visual.b'])
    expect(excluded({ ignore: ['re:(a+)+', 'lm_head'] }, modules)).toStrictEqual(['lm_head', 'model.lm_head'])
  })

  it('are not asked for where the config names none', () => {
    for (const settings of [{}, { ignore: [] }, { ignore: 'lm_head' }, { ignore: [5] }, { dynamic: { '+:a': {} } }])
      expect(detailsOf(settings)).toStrictEqual({})
  })
})
