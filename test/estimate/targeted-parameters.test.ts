import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import {
  countLoraParameters,
  estimateMemory,
  type LoraOptions,
  type MemoryOptions,
  planGpus,
} from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

// Adapters of PEFT 0.21.2 on parameters: experts in one tensor of transformers 4.57 (gpt-oss, Llama 4, GraniteMoE, Granite 4, JetMoE, Aria) and 5.24 (the others,
// most of them by the names of former linear layers), biases, and weights of linear layers, routers and embeddings.
const RECORDS = memoryRecords('targeted.jsonl.gz').map((record) => [record.id, record] as const)

const GPT_OSS = {
  model_type: 'gpt_oss',
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  num_local_experts: 4,
  num_experts_per_tok: 2,
  vocab_size: 512,
}
const LLAMA = {
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: 500,
}
const EXPERTS: LoraOptions = { rank: 4, targetModules: [], targetParameters: ['experts.gate_up_proj'] }

const model = (config: Readonly<Record<string, unknown>>) => architectureFromConfig(config)
const estimate = (config: Readonly<Record<string, unknown>>, lora: LoraOptions, options: MemoryOptions = {}) =>
  estimateMemory(model(config), { method: 'lora', lora, sequenceLength: 128, ...options })

describe('estimateMemory with adapters on whole parameters', () => {
  it.each(RECORDS)('is what torch counts at the peak of %s, part by part', (_, { config, options, truth }) => {
    const { tensorBytes, parts, peakAt } = estimateMemory(model(config), options)
    const { total, phase, op: _op, ...expected } = truth.peak
    const tolerance = total * 1e-5
    expect(Math.abs(tensorBytes - total)).toBeLessThanOrEqual(tolerance)
    for (const [part, bytes] of Object.entries(expected))
      expect(Math.abs(parts[part as keyof typeof parts] - bytes), part).toBeLessThanOrEqual(tolerance)
    expect(peakAt.phase).toBe(phase)
  })

  it.each(RECORDS)('trains as many parameters of %s as PEFT', (_, { config, options: { lora }, truth }) => {
    if (!lora) throw new Error('a record without adapters')
    expect(countLoraParameters(model(config), lora).trainableParameters).toBe(truth.trainableCount)
  })

  it.each(RECORDS)('counts accumulated gradients of %s', (_, { config, options, truth }) => {
    const { tensorBytes } = estimateMemory(model(config), { ...options, gradientAccumulation: 2 })
    const total = Math.max(truth.peak.total, truth.accumulating?.total ?? 0)
    expect(Math.abs(tensorBytes - total)).toBeLessThanOrEqual(total * 1e-5)
  })

  it('says that each forward pass computes the sums', () => {
    expect(estimate(GPT_OSS, EXPERTS).assumptions.join()).toContain(
      'each forward pass computes the sum of the parameter',
    )
    expect(estimate(GPT_OSS, { rank: 4, targetModules: ['q_proj'] }).assumptions.join()).not.toContain(
      'computes the sum',
    )
  })

  it('needs as much under DDP as on one rank, and a bucket for the gradients', () => {
    const alone = estimate(GPT_OSS, EXPERTS).tensorBytes
    const { tensorBytes, parts } = estimate(GPT_OSS, EXPERTS, { sharding: { strategy: 'ddp', ranks: 4 } })
    expect(tensorBytes).toBeGreaterThan(alone)
    expect(tensorBytes - alone).toBeLessThan(2 * parts.optimizerStates)
  })

  it.each<[string, Readonly<Record<string, unknown>>, LoraOptions, MemoryOptions, string]>([
    [
      'fsdp1',
      GPT_OSS,
      EXPERTS,
      { sharding: { strategy: 'fsdp1', ranks: 2 } },
      'before they are gathered ("Output 0 of View is a view and its base or another view of its base has been modified inplace"). Pass fsdp2',
    ],
    ['a layout', GPT_OSS, EXPERTS, { layout: { tensor: 2 } }, 'in a layout'],
    ['kernels with adapters of their own', GPT_OSS, EXPERTS, { kernels: 'unsloth' }, 'leave `kernels` out'],
    [
      'packed weights',
      LLAMA,
      { rank: 4, targetModules: [], targetParameters: ['q_proj.weight'] },
      { method: 'qlora' },
      'since it is packed (nf4',
    ],
    [
      'a copied module',
      LLAMA,
      { rank: 4, targetModules: ['q_proj'], targetParameters: ['o_proj.weight'], modulesToSave: ['o_proj'] },
      {},
      '`modulesToSave`',
    ],
    [
      'a layer that has an adapter',
      LLAMA,
      { rank: 4, targetModules: ['q_proj'], targetParameters: ['q_proj.weight'] },
      {},
      'not in both',
    ],
    [
      'a transposed layer beside it',
      { model_type: 'gpt2', n_embd: 64, n_head: 4, n_layer: 2, vocab_size: 500 },
      { rank: 4, targetModules: ['c_fc'], targetParameters: ['c_attn.weight'] },
      {},
      'sets fan_in_fan_out',
    ],
    [
      'what the forward pass reads in another way',
      { model_type: 'mamba', hidden_size: 64, num_hidden_layers: 2, vocab_size: 500 },
      { rank: 4, targetModules: [], targetParameters: ['mixer.A_log'] },
      {},
      'not estimated',
    ],
    [
      'what PEFT cannot read',
      {
        model_type: 'dbrx',
        d_model: 64,
        n_heads: 4,
        n_layers: 2,
        vocab_size: 500,
        ffn_config: { ffn_hidden_size: 96 },
      },
      { rank: 4, targetModules: [], targetParameters: ['mlp.w1'] },
      {},
      'past its module',
    ],
    [
      'what transformers 5 alone has in one tensor',
      { ...LLAMA, model_type: 'mixtral', num_key_value_heads: 2, num_local_experts: 4, num_experts_per_tok: 2 },
      { rank: 4, targetModules: ['q_proj'], targetParameters: ['experts.gate_up_proj'] },
      {},
      'No parameter of MixtralForCausalLM is called experts.gate_up_proj; its experts are separate linear layers',
    ],
    [
      'dropout on experts under their former names',
      { ...GPT_OSS, model_type: 'minimax_m2' },
      { rank: 4, targetModules: ['w1', 'w2', 'w3'], loraDropout: 0.1 },
      {},
      'dropout of adapters',
    ],
  ])('refuses %s', (_, config, lora, options, message) => {
    expect(() => estimate(config, lora, options)).toThrow(message)
  })

  it('plans GPUs where one is enough', () => {
    expect(planGpus(model(GPT_OSS), { method: 'lora', lora: EXPERTS, sequenceLength: 128 }).gpus).toBe(1)
  })
})
