import { describe, expect, it } from 'vitest'
import { architectureFromConfig, totalParameters } from '../../src/architecture/index.js'

const notes = (config: Readonly<Record<string, unknown>>) => architectureFromConfig(config).notes

describe('A size that is null', () => {
  // The classes of transformers 4.57 and 5.24 fail with each of these, or build another model.
  it.each([
    ['llama', 'vocab_size', 32_000],
    ['qwen3_moe', 'moe_intermediate_size', 768],
    ['minimax_m3_vl_text', 'dense_intermediate_size', 12_288],
    ['gemma2', 'num_hidden_layers', 26],
    ['bert', 'type_vocab_size', 2],
    ['vit', 'patch_size', 16],
  ])('of %s is told of: %s', (model_type, field, absent) => {
    expect(notes({ model_type, [field]: null })).toEqual([
      `${field} is null: transformers refuses that, or fails with it. ${absent} is used here, its default.`,
    ])
  })

  it('is told of with its place in a part', () => {
    expect(notes({ model_type: 'llama4', vision_config: { patch_size: null }, text_config: {} }).join()).toContain(
      'vision_config.patch_size is null',
    )
  })

  // Their classes take another size for it.
  it.each([
    ['llama', 'num_key_value_heads'],
    ['llama', 'head_dim'],
    ['gpt2', 'n_inner'],
    ['gpt_neo', 'intermediate_size'],
    ['opt', 'word_embed_proj_dim'],
    ['recurrent_gemma', 'lru_width'],
    ['falcon', 'ffn_hidden_size'],
    ['deepseek_v3', 'q_lora_rank'],
    ['mistral', 'sliding_window'],
    ['gemma2', 'sliding_window'],
  ])('of %s is as good as another: %s', (model_type, field) => {
    expect(notes({ model_type, [field]: null })).toEqual([])
  })

  it('and a window that is null is none', () => {
    const { dimensions } = architectureFromConfig({ model_type: 'gemma2', sliding_window: null })
    expect(dimensions.windowTokens).toBeUndefined()
  })
})

describe('A projector without a norm', () => {
  const config = { model_type: 'lfm2_vl', projector_use_layernorm: false }

  it('is told of, since transformers 4.57 has it all the same', () => {
    expect(notes(config).join()).toContain('projector_use_layernorm is false')
    expect(notes({ ...config, projector_use_layernorm: true })).toEqual([])
    const total = (model_type: string) => totalParameters(architectureFromConfig({ ...config, model_type }))
    expect(total('lfm2-vl')).toBe(total('lfm2_vl'))
  })
})

describe('The channels of an image', () => {
  const total = (vision_config: Readonly<Record<string, unknown>>) =>
    totalParameters(architectureFromConfig({ model_type: 'qwen2_vl', vision_config }))

  it('are in_channels for Qwen2-VL, whatever in_chans says', () => {
    expect(total({ in_chans: 1 })).toBe(total({}))
    expect(total({ in_channels: 1 })).toBeLessThan(total({}))
    expect(notes({ model_type: 'qwen2_vl', vision_config: { in_chans: 1 } })).toContain(
      'vision_config.in_chans is ignored: this family reads in_channels, which is 3 here.',
    )
    expect(notes({ model_type: 'qwen2_vl', vision_config: { in_chans: 3 } })).toEqual([])
  })
})
