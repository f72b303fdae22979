import { describe, expect, it } from 'vitest'
import { architectureFromConfig, totalParameters } from '../../src/architecture/index.js'
import { modelSpecFromConfig } from '../../src/checkpoint/index.js'
import { architectureOfSpec } from '../../src/estimate/architecture-of-spec.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

describe('estimateMemory from a ModelSpec alone', () => {
  const distances = memoryRecords('public.jsonl.gz').map(({ config, options: recorded }) => {
    // A config may leave its dtype open, and a spec always states one: an inference is compared in the same.
    const options = recorded.method === 'inference' ? { ...recorded, precision: 'bfloat16' as const } : recorded
    const whole = estimateMemory(architectureFromConfig(config), options).tensorBytes
    return Math.abs(estimateMemory(modelSpecFromConfig(config).spec, options).tensorBytes / whole - 1)
  })
  distances.sort((a, b) => a - b)

  it('is within 5 % of the estimate from the config at the median', () => {
    expect(distances[Math.floor(distances.length / 2)]).toBeLessThan(0.05)
  })

  it('is within 10 % on each record', () => {
    expect(distances.at(-1)).toBeLessThan(0.1)
  })

  it('takes a model whose spec names no window as one without, though its class has one by default', () => {
    const sizes = { num_hidden_layers: 2, hidden_size: 64, intermediate_size: 128, num_attention_heads: 4 }
    const config = { model_type: 'mistral', ...sizes, num_key_value_heads: 2, vocab_size: 500, sliding_window: null }
    const of = (model: Parameters<typeof estimateMemory>[0]) =>
      estimateMemory(model, { method: 'full', sequenceLength: 5000 }).tensorBytes
    expect(of(modelSpecFromConfig(config).spec)).toBe(of(architectureFromConfig(config)))
    expect(of(modelSpecFromConfig({ ...config, sliding_window: 4096 }).spec)).toBeGreaterThan(
      of(architectureFromConfig(config)),
    )
  })

  it('takes an unknown family as Llama, and says so', () => {
    const { spec } = modelSpecFromConfig({ model_type: 'llama', num_hidden_layers: 2, hidden_size: 512 })
    const { tensorBytes, assumptions } = estimateMemory({ ...spec, family: 'unheard_of' }, { sequenceLength: 64 })
    expect(tensorBytes).toBe(estimateMemory(spec, { sequenceLength: 64 }).tensorBytes)
    expect(assumptions.join()).toContain('unheard_of')
  })

  it.each([
    { model_type: 'gpt2', n_embd: 64, n_layer: 2, n_head: 4, n_inner: 100 },
    { model_type: 'opt', hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, ffn_dim: 100 },
    { model_type: 'xglm', d_model: 64, num_layers: 2, attention_heads: 4, ffn_dim: 100 },
    { model_type: 'distilbert', dim: 64, n_layers: 2, n_heads: 4, hidden_dim: 100 },
  ])('gives $model_type its sizes under the names that the family has for them', (config) => {
    const { spec } = modelSpecFromConfig({ ...config, vocab_size: 99 })
    expect(totalParameters(architectureOfSpec(spec).architecture)).toBe(spec.base_num_parameters)
  })
})
