import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

/** transformers 5, which Liger needs, keeps a second copy of the frequencies of rotations: up to 104 bytes; 250 at the peak of Gemma 2 with its loss. */
const OF_TRANSFORMERS_5 = 250

describe("Liger's kernels", () => {
  it.each(memoryRecords('liger.jsonl.gz').map((record) => [record.id, record] as const))(
    'need what its own code allocated, but for the buffers of transformers 5: %s',
    (_, { config, options, truth }) => {
      const { tensorBytes } = estimateMemory(architectureFromConfig(config), options)
      expect(truth.peak.total - tensorBytes).toBeGreaterThanOrEqual(-truth.peak.total * 1e-5)
      expect(truth.peak.total - tensorBytes).toBeLessThanOrEqual(truth.peak.total * 1e-5 + OF_TRANSFORMERS_5)
    },
  )

  const estimate = (family: string, options: object) =>
    estimateMemory(architectureFromConfig({ model_type: family, num_hidden_layers: 2 }), { method: 'full', ...options })

  it.each(['cohere', 'gpt_neox', 'starcoder2', 'qwen2_moe', 'olmo'])('are refused for %s, which has none', (family) => {
    expect(() => estimate(family, { kernels: 'liger' })).toThrow(`Liger 0.8.5 replaces nothing in ${family}`)
  })

  it('are said to leave what they leave, and not to be recorded everywhere', () => {
    const said = (family: string, options: object) => estimate(family, options).assumptions.join('\n')
    expect(said('olmo2', { kernels: 'liger' })).toContain('leaves norms of queries and keys of olmo2')
    expect(said('llama', { kernels: 'liger' })).not.toContain('leaves')
    expect(said('mixtral', { kernels: 'liger' })).toContain("no recorded run of mixtral with Liger's kernels")
    expect(said('granite', { loss: 'fused-linear' })).toContain('no loss of granite with the head in one')
    expect(said('cohere', { loss: 'fused-linear' })).toContain('no loss of cohere with the head in one')
    expect(said('llama', { loss: 'fused-linear' })).not.toContain('with the head in one')
    expect(said('mistral', { loss: 'fused' })).toContain('not used any more')
  })
})
