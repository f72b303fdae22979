import { describe, expect, it } from 'vitest'
import { parametersOfDimensions } from '../../src/lint/dimension-parameters.js'
import type { ModelSpec } from '../../src/schemas/index.js'

const LLAMA: ModelSpec = {
  checkpoint_model_name: 'llama',
  family: 'llama',
  num_layers: 32,
  hidden_size: 4096,
  num_attention_heads: 32,
  num_kv_heads: 8,
  ffn_hidden_size: 14336,
  vocab_size: 128256,
  tied_embeddings: false,
  gated_mlp: true,
  base_num_parameters: 8_030_261_248,
  precision: 'bfloat16',
}

/** The true counts are those of the published checkpoints, or of the class built from its default configuration. */
const MODELS: readonly [name: string, fields: Partial<ModelSpec>, parameters: number][] = [
  ['Llama 3.1 8B', {}, 8_030_261_248],
  [
    'Mixtral 8x7B',
    { vocab_size: 32000, moe_config: { num_experts: 8, num_experts_per_tok: 2, num_expert_layers: 32 } },
    46_702_792_704,
  ],
  [
    'Qwen3 30B-A3B, whose experts are smaller than its FFN',
    {
      num_layers: 48,
      hidden_size: 2048,
      num_kv_heads: 4,
      ffn_hidden_size: 6144,
      vocab_size: 151936,
      moe_config: { num_experts: 128, num_experts_per_tok: 8, num_expert_layers: 48, expert_ffn_size: 768 },
    },
    30_532_122_624,
  ],
  [
    'GPT-2, tied and without gates',
    {
      num_layers: 12,
      hidden_size: 768,
      num_attention_heads: 12,
      num_kv_heads: 12,
      ffn_hidden_size: 3072,
      vocab_size: 50257,
      tied_embeddings: true,
      gated_mlp: false,
    },
    124_439_808,
  ],
  [
    'BERT, an embedding model',
    {
      num_layers: 12,
      hidden_size: 768,
      num_attention_heads: 12,
      num_kv_heads: 12,
      ffn_hidden_size: 3072,
      vocab_size: 30522,
      is_embedding_model: true,
      gated_mlp: false,
    },
    109_482_240,
  ],
  [
    'Bamba of Mamba layers alone',
    { vocab_size: 128000, mamba_config: { is_hybrid: false, num_mamba_layers: 32 } },
    9_992_765_440,
  ],
]

describe('parametersOfDimensions', () => {
  it.each(MODELS)('is within 5 %% of the parameters of %s', (_, fields, parameters) => {
    const expected = parametersOfDimensions({ ...LLAMA, ...fields }) ?? 0
    expect(Math.abs(expected / parameters - 1)).toBeLessThan(0.05)
  })

  it('counts attention in the attention layers of a hybrid only, and MLPs in its MLP layers', () => {
    const h = 4096
    const mamba = { is_hybrid: true, num_mamba_layers: 10, num_attention_layers: 2, num_mlp_layers: 3 }
    expect(parametersOfDimensions({ ...LLAMA, mamba_config: mamba })).toBe(
      2 * 128256 * h + 2 * (2 * h * h + 2 * h * 128 * 8) + 3 * 3 * h * 14336 + 10 * 6 * h * h,
    )
  })

  it('counts shared experts, and experts in no more layers than have an MLP', () => {
    const h = 4096
    const moe = {
      num_experts: 4,
      num_experts_per_tok: 1,
      num_expert_layers: 99,
      num_shared_experts: 1,
      expert_ffn_size: 10,
    }
    expect(parametersOfDimensions({ ...LLAMA, moe_config: moe })).toBe(
      2 * 128256 * h + 32 * (2 * h * h + 2 * h * 128 * 8) + 32 * 5 * 3 * h * 10,
    )
  })

  it.each([
    'num_layers',
    'hidden_size',
    'vocab_size',
    'base_num_parameters',
    'num_attention_heads',
    'num_kv_heads',
    'ffn_hidden_size',
  ])('gives none without %s', (field) => {
    expect(parametersOfDimensions({ ...LLAMA, [field]: 0 })).toBeUndefined()
  })

  it('needs no heads and no FFN with a Mamba configuration', () => {
    const mamba = { is_hybrid: false, num_mamba_layers: 32 }
    const withoutAttention = {
      ...LLAMA,
      num_attention_heads: 0,
      num_kv_heads: 0,
      ffn_hidden_size: 0,
      mamba_config: mamba,
    }
    expect(parametersOfDimensions(withoutAttention)).toBe(2 * 128256 * 4096 + 32 * 6 * 4096 * 4096)
  })
})
