import { expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'

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
const said = (family: string, options: MemoryOptions) =>
  estimateMemory(architectureFromConfig({ ...SIZES, model_type: family }), {
    sequenceLength: 64,
    ...options,
  }).assumptions.join('\n')
const q = { rank: 8, targetModules: ['q_proj'] } as const
const lora = { rank: 8, peftType: 'adalora', targetModules: ['c_attn'] } as const

it.each<readonly [string, MemoryOptions, string, MemoryOptions]>([
  ['dots1', { method: 'full-mixed' }, 'router of dots1', { method: 'full' }],
  ['lfm2_moe', { method: 'lora', lora: q }, 'inputGradients', { method: 'lora', lora: q, inputGradients: true }],
  ['gpt2', { method: 'lora', lora }, '0.63 %', { method: 'lora', lora, recompute: 'none' }],
  ['llama', { finetuningType: 'ppo' }, 'TRL 0.19', { finetuningType: 'dpo' }],
])('An estimate of %s with %o says what is known to be off: %s', (family, options, says, other) => {
  expect(said(family, options)).toContain(says)
  expect(said(family, other)).not.toContain(says)
  expect(said('llama', options.method ? { method: options.method } : {})).not.toContain(says)
})

it('A layout does not hide what an estimate says of the model', () => {
  const { assumptions } = estimateMemory(architectureFromConfig({ ...SIZES, model_type: 'gpt2' }), {
    layout: { tensor: 2 },
  })
  expect(assumptions.join()).toContain('`resid_pdrop` 0.1')
})
