import { describe, expect, it } from 'vitest'
import { architectureFromConfig, CheckpointError, parameters } from '../../src/architecture/index.js'

/**
 * The names that transformers accepts in `layer_types` (`ALLOWED_LAYER_TYPES` and `_LEGACY_LAYER_TYPE_REMAP` in
 * configuration_utils.py of 5.24) and that the class of the family has a layer for.
 */
const FAMILIES: readonly (readonly [family: string, known: readonly string[], field?: string])[] = [
  ['qwen3', ['full_attention', 'sliding_attention', 'attention']],
  ['gemma3_text', ['full_attention', 'sliding_attention']],
  ['gpt_oss', ['full_attention', 'sliding_attention']],
  ['mimo_v2_flash', ['full_attention', 'sliding_attention']],
  ['qwen3_next', ['full_attention', 'linear_attention', 'attention', 'mamba']],
  ['qwen3_5_text', ['full_attention', 'linear_attention']],
  ['olmo_hybrid', ['full_attention', 'linear_attention']],
  ['minimax', ['full_attention', 'linear_attention']],
  ['kimi_linear', ['full_attention', 'linear_attention']],
  ['granitemoehybrid', ['attention', 'mamba', 'full_attention', 'linear_attention']],
  ['lfm2', ['full_attention', 'conv']],
  ['lfm2_moe', ['full_attention', 'conv']],
  ['minimax_m3_vl_text', ['full_attention', 'minimax_m3_sparse']],
  ['deepseek_v4', ['sliding_attention', 'compressed_sparse_attention', 'heavily_compressed_attention']],
  ['zamba2', ['mamba', 'linear_attention', 'hybrid'], 'layers_block_type'],
  ['recurrent_gemma', ['recurrent', 'attention'], 'block_types'],
  ['laguna', ['sparse', 'dense'], 'mlp_layer_types'],
  ['step3p5', ['sparse', 'dense'], 'mlp_layer_types'],
]

const described = (family: string, field: string, types: readonly string[]) =>
  architectureFromConfig({ model_type: family, num_hidden_layers: types.length, [field]: types })

const CASES = FAMILIES.map(([family, known, field = 'layer_types']) => ({ family, known, field }))

describe.each(CASES)('the kinds of layers of $family', ({ family, known, field }) => {
  it('are those that its class has', () => {
    const types = Array.from({ length: 6 }, (_, index) => known[index % known.length] ?? '')
    expect([...parameters(described(family, field, types))].length).toBeGreaterThan(0)
  })

  it.each(['ful_attention', 'Full_Attention', '', '__proto__'])('are refused if one is %j', (wrong) => {
    const types = [known[0] ?? '', wrong, known[0] ?? '']
    const error = failure(() => described(family, field, types))
    expect(error).toMatchObject({ code: 'invalid_field', place: [field, 1] })
    expect(error?.message).toMatch(new RegExp(`^${field}\\.1 is "${wrong}"; expected one of \\w+, \\w+`))
  })
})

it('older and newer names of the same layers mean the same parameters', () => {
  const names = (...types: string[]) =>
    [...parameters(described('granitemoehybrid', 'layer_types', types))].map(({ name }) => name)
  expect(names('linear_attention', 'full_attention')).toStrictEqual(names('mamba', 'attention'))
  expect(names('mamba', 'attention')).not.toStrictEqual(names('attention', 'mamba'))
})

it('names the place inside the config of a part', () => {
  const text_config = { model_type: 'qwen3_5_text', num_hidden_layers: 1, layer_types: ['conv'] }
  const error = failure(() => architectureFromConfig({ model_type: 'qwen3_5', text_config }))
  expect(error?.message).toBe('text_config.layer_types.0 is "conv"; expected one of full_attention, linear_attention')
})

function failure(work: () => unknown): CheckpointError | undefined {
  try {
    work()
  } catch (error) {
    if (error instanceof CheckpointError) return error
    throw error
  }
  return undefined
}
