import { describe, expect, it } from 'vitest'
import { modelTypes } from '../../src/architecture/families/index.js'
import { NEWER_TYPES } from '../../src/architecture/generated/newer-types.js'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { isOnlyInTransformers5 } from '../../src/architecture/newer-types.js'
import { checkMemoryOptions } from '../../src/estimate/checked-memory-options.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'
import { knownGaps } from '../../src/estimate/known-gaps.js'

const SIZES = {
  vocab_size: 500,
  hidden_size: 64,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  n_routed_experts: 4,
  num_experts_per_tok: 2,
  moe_intermediate_size: 32,
  n_shared_experts: 1,
  n_group: 1,
  topk_group: 1,
}
/** Sizes of one family alone: Qwen 3 has fewer heads of keys than of queries. */
const OWN: Readonly<Record<string, object>> = { qwen3: { num_key_value_heads: 2 } }
const said = (family: string, options: MemoryOptions) =>
  estimateMemory(architectureFromConfig({ ...SIZES, ...OWN[family], model_type: family }), {
    sequenceLength: 64,
    ...options,
  }).assumptions.join('\n')
const q = { rank: 8, targetModules: ['q_proj'] } as const
const lora = { rank: 8, peftType: 'adalora', targetModules: ['c_attn'] } as const

const FSDP2 = { strategy: 'fsdp2', ranks: 4 } as const
const KEPT = { ...FSDP2, reshardAfterForward: false } as const
const ZERO_3 = { strategy: 'zero-3', ranks: 4, deepspeed: { maxReuseDistance: 1000 } } as const
const DORA = { method: 'lora', lora: { ...q, useDora: true }, adapterDtype: 'bfloat16' } as const

it.each<readonly [string, MemoryOptions, string, MemoryOptions]>([
  ['deberta-v2', { method: 'full-mixed', batchSize: 1 }, 'a batch of one text', { method: 'full-mixed', batchSize: 2 }],
  ['deberta-v2', { method: 'full-mixed', batchSize: 1 }, 'a batch of one text', { method: 'full', batchSize: 1 }],
  [
    'albert',
    { method: 'full', optimizerStep: 'in-backward', recompute: 'none' },
    '0.0085 % off',
    { method: 'full', recompute: 'none' },
  ],
  ['dots1', { method: 'full-mixed' }, 'router of dots1', { method: 'full' }],
  ['lfm2_moe', { method: 'lora', lora: q }, 'inputGradients', { method: 'lora', lora: q, inputGradients: true }],
  ['llama', { finetuningType: 'last_layer' }, 'inputGradients', { finetuningType: 'last_layer', recompute: 'none' }],
  ['llama', { finetuningType: 'last_layer' }, 'inputGradients', { method: 'full' }],
  [
    'llama',
    { finetuningType: 'last_layer', preset: 'llama-factory', reentrant: false },
    'the input of the first layer that trains',
    { finetuningType: 'last_layer', preset: 'transformers', recompute: 'layers' },
  ],
  ['gemma2', { method: 'lora', lora: q, inputGradients: true }, 'one hidden state less', { method: 'lora', lora: q }],
  ['gpt2', { method: 'lora', lora }, '0.63 %', { method: 'lora', lora, recompute: 'none' }],
  ['llama', { finetuningType: 'ppo' }, 'TRL 0.19', { finetuningType: 'dpo' }],
  ['phimoe', { method: 'full-mixed' }, 'experts of PhiMoE', { method: 'full' }],
  ['gemma3n_text', { method: 'lora', lora: q, autocast: true }, '0.4 to 0.6 %', { method: 'lora', lora: q }],
  ['zamba2', { method: 'full', reentrant: true }, '0.5 to 1.8 %', { method: 'full' }],
  ['llama', { sharding: { ...FSDP2, strategy: 'fsdp1' }, ...DORA }, '1.9 % too low', { sharding: FSDP2, ...DORA }],
  ['llama', { sharding: { ...KEPT, strategy: 'fsdp1' }, gradientAccumulation: 2 }, '4.4 %', { sharding: KEPT }],
  ['llama', { sharding: FSDP2, gradientAccumulation: 2 }, 'sync_each_batch', { sharding: FSDP2 }],
  ['llama', { sharding: ZERO_3 }, '0.6 % in recorded runs', { sharding: { strategy: 'zero-3', ranks: 4 } }],
  ['bloom', { method: 'full', recompute: 'selective' }, 'baddbmm', { method: 'full' }],
  [
    'llama',
    { method: 'full-mixed', sharding: { strategy: 'zero-2', ranks: 2 } },
    'DeepSpeed 0.19.8 turns autocast off',
    { method: 'full', sharding: { strategy: 'zero-2', ranks: 2 } },
  ],
  [
    'llama',
    { method: 'qlora', lora: q, prepareForKbitTraining: true, recompute: 'none', layout: { pipeline: 2 } },
    '0.7 % too high',
    { method: 'qlora', lora: q, prepareForKbitTraining: true, layout: { pipeline: 2 } },
  ],
  ['qwen3', { method: 'full', attention: 'efficient' }, 'torch keeps all scores', { method: 'full' }],
  ['minicpm', { method: 'full', loss: 'fused-linear' }, 'scaled copy', { method: 'full', loss: 'fused' }],
  ['qwen3', { method: 'lora', lora: { ...q, useDora: true }, recompute: 'selective' }, '3 to 5 %', { method: 'full' }],
  [
    'phi3_v',
    { method: 'lora', lora: { rank: 8, targetModules: ['qkv_proj'], modulesToSave: ['embed_tokens'] } },
    '`vision_embed_tokens`',
    { method: 'lora', lora: { rank: 8, targetModules: ['qkv_proj'], modulesToSave: ['lm_head'] } },
  ],
  ['gpt_bigcode', { method: 'full' }, 'recomputes nothing', { method: 'full', recompute: 'none' }],
  ['mistral', { sequenceLength: 4100, method: 'full' }, 'pad_bias', { sequenceLength: 4104, method: 'full' }],
])('An estimate of %s with %o says what is known to be off: %s', (family, options, says, other) => {
  expect(said(family, options)).toContain(says)
  expect(said(family, other)).not.toContain(says)
  expect(said('llama', options.method ? { method: options.method } : {})).not.toContain(says)
})

it('A layout does not hide what an estimate says of the model', () => {
  const { assumptions } = estimateMemory(architectureFromConfig({ ...SIZES, model_type: 'gpt2' }), {
    layout: { context: 2 },
  })
  expect(assumptions.join()).toContain('`resid_pdrop` 0.1')
})

describe('Gradients of the input embeddings with checkpointing and adapters', () => {
  const options = checkMemoryOptions({ method: 'lora', lora: q })
  const saying = (type: string) => knownGaps({ family: type }, options).some((gap) => gap.includes('inputGradients'))

  it('are a known gap of every family that is described as transformers 5 writes it, and of no other', () => {
    const newer = modelTypes().filter(isOnlyInTransformers5)
    const described = ['doge', 'recurrent_gemma']
    expect(modelTypes().filter(saying)).toStrictEqual(
      modelTypes().filter((type) => isOnlyInTransformers5(type) || described.includes(type)),
    )
    expect(newer).toHaveLength(NEWER_TYPES.split(' ').length)
    for (const type of ['gemma4', 'mellum', 'qwen3_5', 'solar_open', 'minimax_m3_vl_text'])
      expect(newer).toContain(type)
    for (const type of ['llama', 'lfm2-vl', 'glm4v_moe_text', 'kimi_k2']) expect(newer).not.toContain(type)
  })

  it('are none with `inputGradients`, without adapters or without checkpointing', () => {
    for (const other of [
      { method: 'lora', lora: q, inputGradients: true },
      { method: 'full' },
      { method: 'lora', lora: q, recompute: 'none' },
    ] as const)
      expect(knownGaps({ family: 'mellum' }, checkMemoryOptions(other))).toStrictEqual([])
  })
})

describe('a text that is longer than the positions of a config', () => {
  const TABLES = ['BertForMaskedLM', 'OPTForCausalLM', 'BartForConditionalGeneration']
  const saidOf = (name: string, sequenceLength: number) => {
    const [, model_type = ''] = /^([A-Z][a-z]+|OPT)/.exec(name) ?? []
    const config = {
      ...SIZES,
      model_type: model_type.toLowerCase(),
      architectures: [name],
      max_position_embeddings: 512,
    }
    return estimateMemory(architectureFromConfig(config), { sequenceLength }).assumptions.join('\n')
  }

  it('is named where positions may be a table', () => {
    for (const type of TABLES) expect(saidOf(type, 513)).toContain('more tokens than the positions')
  })

  it('is not where it fits, or where positions go on', () => {
    for (const type of TABLES) expect(saidOf(type, 512)).not.toContain('more tokens than the positions')
    expect(saidOf('LlamaForCausalLM', 513)).not.toContain('more tokens than the positions')
  })
})

it('An estimate of prepared weights says that images may be in float32', () => {
  const architecture = architectureFromConfig({ ...SIZES, model_type: 'llama' })
  const images = { method: 'qlora', lora: q, images: 1, sequenceLength: 64 } as const
  const gaps = (options: MemoryOptions) => knownGaps(architecture, checkMemoryOptions(options)).join(' ')
  expect(gaps({ ...images, prepareForKbitTraining: true })).toContain('they may be in float32')
  expect(gaps({ ...images, prepareForKbitTraining: false })).not.toContain('they may be in float32')
})
