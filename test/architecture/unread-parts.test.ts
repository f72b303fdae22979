import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { readRecords } from './records.js'

/** What Qwen-VL's config states of its image encoder, whose family is Qwen's. */
const QWEN_VL = {
  heads: 16,
  image_size: 448,
  layers: 48,
  mlp_ratio: 4.9231,
  output_dim: 4096,
  patch_size: 14,
  width: 1664,
}

describe('A part of a model that its family does not describe', () => {
  it.each([
    ['visual', { model_type: 'qwen', visual: QWEN_VL }],
    ['vision_config', { model_type: 'llama', vision_config: { hidden_size: 1024, num_hidden_layers: 24 } }],
    ['audio_tower', { model_type: 'qwen2_vl', audio_tower: { d_model: 1280, encoder_layers: 32 } }],
  ])('is named in a note: %s', (part, config) => {
    expect(architectureFromConfig(config).notes).toContain(
      `The config has a part that this family does not describe, ${part}: its parameters are not counted.`,
    )
  })

  it.each([
    { model_type: 'llama', quantization_config: { bits: 4, group_size: 128 } },
    { model_type: 'llama', visual: { width: 1664 } },
    { model_type: 'llama', visual: null },
    { model_type: 'qwen2_vl', vision_config: { embed_dim: 1280, depth: 32 } },
  ])('is not one that the family reads, nor what states no sizes: %j', (config) => {
    expect(architectureFromConfig(config).notes.join()).not.toContain('has a part')
  })

  it.each(['public.jsonl.gz', 'wholes.jsonl.gz'])('stands in no config of %s', (file) => {
    for (const { name, config } of readRecords(file)) {
      expect(architectureFromConfig(config).notes.join(), name).not.toContain('has a part')
    }
  })
})
