import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { NO_ADAPTERS } from '../../src/estimate/lora/adapter-plan.js'
import { foldLayers } from '../../src/estimate/replay/folding/folded-layers.js'
import { replayModel } from '../../src/estimate/replay/replay-model.js'
import { prefill } from '../../src/estimate/replay/step/prefill.js'
import type { TrainingStep } from '../../src/estimate/replay/step/training-options.js'
import { trainingStep } from '../../src/estimate/replay/step/training-step.js'
import { some } from '../share.js'
import { STEP, STEPS, UNFOLDED } from './folding.js'

const SIZES = {
  hidden_size: 96,
  intermediate_size: 160,
  num_attention_heads: 6,
  num_key_value_heads: 2,
  vocab_size: 700,
}
const MODELS: readonly Readonly<Record<string, unknown>>[] = [
  { ...SIZES, model_type: 'llama', num_hidden_layers: 12 },
  { ...SIZES, model_type: 'qwen3_moe', head_dim: 16, num_hidden_layers: 9, num_experts: 5, moe_intermediate_size: 48 },
  {
    ...SIZES,
    model_type: 'qwen3_moe',
    head_dim: 16,
    num_hidden_layers: 8,
    num_experts: 23,
    num_experts_per_tok: 3,
    moe_intermediate_size: 48,
  },
  { ...SIZES, model_type: 'gemma2', head_dim: 16, num_hidden_layers: 10, sliding_window: 64 },
  { ...SIZES, model_type: 'gemma2', head_dim: 16, num_hidden_layers: 17, sliding_window: 64 },
  { ...SIZES, model_type: 'gemma3_text', head_dim: 16, num_hidden_layers: 29, sliding_window: 32 },
  { ...SIZES, model_type: 'smollm3', num_hidden_layers: 22, no_rope_layer_interval: 4 },
  { ...SIZES, model_type: 'cohere2', num_hidden_layers: 16, sliding_window: 64, sliding_window_pattern: 8 },
  {
    ...SIZES,
    model_type: 'deepseek_v3',
    num_hidden_layers: 13,
    num_key_value_heads: 6,
    first_k_dense_replace: 2,
    n_routed_experts: 16,
    num_experts_per_tok: 3,
    moe_intermediate_size: 48,
    kv_lora_rank: 40,
    q_lora_rank: 48,
    qk_rope_head_dim: 8,
    qk_nope_head_dim: 16,
    v_head_dim: 16,
  },
  // What attention layers share is freed with the first of them.
  {
    ...SIZES,
    model_type: 'jamba',
    num_hidden_layers: 19,
    attn_layer_period: 4,
    attn_layer_offset: 2,
    num_experts: 3,
    mamba_d_state: 4,
    mamba_dt_rank: 6,
  },
  {
    ...SIZES,
    model_type: 'gemma3n_text',
    head_dim: 16,
    num_hidden_layers: 24,
    num_kv_shared_layers: 10,
    sliding_window: 32,
    intermediate_size: 160,
    vocab_size_per_layer_input: 700,
    hidden_size_per_layer_input: 16,
    laurel_rank: 8,
    activation_sparsity_pattern: Array.from({ length: 24 }, () => 0),
  },
  // A transformer block that layers share belongs to the first of them.
  {
    ...SIZES,
    model_type: 'zamba',
    num_key_value_heads: 6,
    num_hidden_layers: 25,
    attn_layer_period: 4,
    attn_layer_offset: 2,
    mamba_d_state: 4,
    mamba_dt_rank: 6,
  },
  {
    ...SIZES,
    model_type: 'zamba2',
    num_key_value_heads: 6,
    num_hidden_layers: 20,
    layers_block_type: Array.from({ length: 20 }, (_, index) => (index % 6 === 4 ? 'hybrid' : 'mamba')),
    num_mem_blocks: 2,
    n_mamba_heads: 6,
    mamba_headdim: 32,
    mamba_d_state: 8,
    use_shared_attention_adapter: true,
    adapter_rank: 4,
  },
]
const CASES = MODELS.flatMap((config) => STEPS.map((step) => [config['model_type'], step, config] as const))

describe('foldLayers', () => {
  it.each(some(CASES))('changes nothing of a training step of %s: %o', (_, step, config) => {
    const architecture = architectureFromConfig(config)
    const all = { ...STEP, ...step }
    expect(trainingStep(replayModel(architecture), all)).toEqual(trainingStep(replayModel(architecture, UNFOLDED), all))
  })

  it.each(MODELS.map((config) => [config['model_type'], config] as const))('nor of a prefill of %s', (_, config) => {
    const architecture = architectureFromConfig(config)
    const all = { batch: 2, sequence: 72, kernel: 'flash', dtype: 'bfloat16' } as const
    expect(prefill(replayModel(architecture), all)).toEqual(prefill(replayModel(architecture, UNFOLDED), all))
  })

  it.each(MODELS.map((config) => [config['model_type'], config] as const))(
    'keeps apart which layers of %s are recomputed and adapted',
    (_, config) => {
      const architecture = architectureFromConfig(config)
      const isAdapted = (name: string) => Number(/layers\.(\d+)\./.exec(name)?.[1]) < 4
      const all: TrainingStep = {
        ...STEP,
        trained: false,
        recompute: { every: 3 },
        adapters: { ...NO_ADAPTERS, rankOf: (name) => (isAdapted(name) ? 8 : undefined) },
      }
      const kindOf = ({ name, index }: { name: string; index: number }) => `${index % 3 === 0} ${isAdapted(`${name}.`)}`
      const folding = { layers: foldLayers, experts: true, kindOf }
      expect(trainingStep(replayModel(architecture, folding), all)).toEqual(
        trainingStep(replayModel(architecture, UNFOLDED), all),
      )
    },
  )

  it('leaves out repetitions of several layers', () => {
    const architecture = architectureFromConfig({
      ...SIZES,
      model_type: 'gemma3_text',
      head_dim: 16,
      num_hidden_layers: 62,
      sliding_window: 32,
    })
    const { leftOut, layers } = replayModel(architecture)
    // Every sixth layer attends to all tokens.
    expect(layers.map(({ index }) => index)).toEqual([0, 1, 2, 4, 5, 6, 7, 58, 59, 60, 61])
    expect([...leftOut.values()].flat().length).toBe(62 - layers.length)
  })

  it('leaves out experts with the same number of rows', () => {
    const architecture = architectureFromConfig({
      ...SIZES,
      model_type: 'mixtral',
      num_hidden_layers: 2,
      num_local_experts: 20,
    })
    // 2 × 64 rows: eight experts get seven rows, twelve get six.
    const { omitted } = replayModel(architecture).forTokens(64)
    const blocks = ['model.layers.0.block_sparse_moe.experts', 'model.layers.1.block_sparse_moe.experts']
    expect([...omitted]).toEqual(
      blocks.flatMap((block) => [
        [`${block}.2`, 3],
        [`${block}.10`, 7],
      ]),
    )
  })

  it('leaves three layers before a gap and one behind it', () => {
    const architecture = architectureFromConfig({ ...SIZES, model_type: 'llama', num_hidden_layers: 12 })
    const { omitted, leftOut } = replayModel(architecture)
    expect([...omitted]).toEqual([['model.layers.2', 8]])
    expect([...leftOut]).toEqual([['model.layers.2', Array.from({ length: 8 }, () => 'model.layers.2')]])
  })

  it('leaves short rows alone', () => {
    const architecture = architectureFromConfig({ ...SIZES, model_type: 'llama', num_hidden_layers: 4 })
    expect(replayModel(architecture).architecture).toBe(architecture)
  })
})
