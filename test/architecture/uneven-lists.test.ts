import { describe, expect, it } from 'vitest'
import { architectureFromConfig, CheckpointError } from '../../src/architecture/index.js'

/** A list for four layers, in families whose classes in transformers 4.57 or 5.24 refuse a shorter one or fail with it. */
const LISTS: readonly (readonly [family: string, field: string, entry: string | number])[] = [
  ['qwen3', 'layer_types', 'full_attention'],
  ['gemma3_text', 'layer_types', 'sliding_attention'],
  ['lfm2', 'layer_types', 'conv'],
  // Fields that the family reads for nothing, and its class checks all the same.
  ['llama4_text', 'layer_types', 'full_attention'],
  ['modernbert', 'layer_types', 'full_attention'],
  ['glm_moe_dsa', 'mlp_layer_types', 'sparse'],
  ['laguna', 'mlp_layer_types', 'sparse'],
  ['laguna', 'num_attention_heads_per_layer', 8],
  ['zamba2', 'layers_block_type', 'mamba'],
  ['smollm3', 'no_rope_layers', 1],
  ['llama4_text', 'no_rope_layers', 1],
]

const described = (family: string, field: string, list: readonly unknown[]) =>
  architectureFromConfig({ model_type: family, num_hidden_layers: 4, [field]: list })

const LAYERS = [0, 1, 2, 3]

describe.each(LISTS)('the list of %s in %s', (family, field, entry) => {
  const list = LAYERS.map(() => entry)

  it('has an entry for each layer', () => {
    expect(described(family, field, list).notes).toEqual([])
  })

  it('is refused if it is shorter', () => {
    expect(refusal(() => described(family, field, list.slice(1)))).toMatchObject({
      code: 'invalid_field',
      place: [field],
      message: `${field} has 3 entries for 4 layers; expected one for each`,
    })
  })
})

it('a list that is too long is told of', () => {
  const types = [...LAYERS, 4, 5].map(() => 'full_attention')
  expect(described('qwen3', 'layer_types', types).notes).toEqual([
    'layer_types has 6 entries for 4 layers: only the first 4 count.',
  ])
})

it('unless it has the layers that predict further tokens, or its class saves it whole', () => {
  const types = [...LAYERS, 4].map(() => 'full_attention')
  const config = { model_type: 'step3p5', num_hidden_layers: 4, num_nextn_predict_layers: 1, layer_types: types }
  expect(architectureFromConfig(config).notes).toEqual([])
  expect(
    described(
      'smollm3',
      'no_rope_layers',
      Array.from({ length: 36 }, () => 1),
    ).notes,
  ).toEqual([])
})

it('an empty list of Llama 4 stands for its rule', () => {
  expect(described('llama4_text', 'no_rope_layers', []).dimensions.unrotatedLayers).toEqual([3])
  expect(refusal(() => described('smollm3', 'no_rope_layers', []))?.place).toEqual(['no_rope_layers'])
})

it('the place inside a part is named', () => {
  const text_config = { model_type: 'qwen3_5_text', num_hidden_layers: 2, layer_types: ['full_attention'] }
  const error = refusal(() => architectureFromConfig({ model_type: 'qwen3_5', text_config }))
  expect(error?.place).toEqual(['text_config', 'layer_types'])
})

function refusal(work: () => unknown): CheckpointError | undefined {
  try {
    work()
  } catch (error) {
    if (error instanceof CheckpointError) return error
    throw error
  }
  return undefined
}
