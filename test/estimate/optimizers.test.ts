import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

describe('The optimizers of bitsandbytes, lion-pytorch and transformers', () => {
  it.each(memoryRecords('optimizers.jsonl.gz').map((record) => [record.id, record] as const))(
    'need what they did with torch, to a thousandth of a percent: %s',
    (_, { config, options, truth }) => {
      const { tensorBytes } = estimateMemory(architectureFromConfig(config), options)
      const accumulated = (options.gradientAccumulation ?? 1) > 1 ? (truth.accumulating?.total ?? 0) : 0
      const recorded = Math.max(truth.peak.total, accumulated)
      expect(Math.abs(tensorBytes - recorded)).toBeLessThanOrEqual(recorded * 1e-5)
    },
  )
})

describe('Optimizers of 8 bits', () => {
  const [vocabulary, features] = [32_000, 256]
  const model = (tied: boolean) =>
    architectureFromConfig({
      model_type: 'llama',
      vocab_size: vocabulary,
      hidden_size: features,
      intermediate_size: 512,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      tie_word_embeddings: tied,
    })
  const statesOf = (options: MemoryOptions, tied = false) =>
    estimateMemory(model(tied), { method: 'full', ...options }).parts.optimizerStates

  it('keep float32 states of embeddings where the Trainer of transformers makes them', () => {
    // Two moments of four bytes in place of one, whose blocks of 256 elements share a float32.
    const elements = vocabulary * features
    const more = 6 * elements - 2 * 4 * (elements / 256)
    const plain = statesOf({ optimizer: 'adamw-8bit' })
    for (const preset of ['transformers', 'trl', 'axolotl', 'llama-factory'] as const)
      expect(statesOf({ optimizer: 'adamw-8bit', preset })).toBe(plain + more)
    expect(statesOf({ optimizer: 'adamw-8bit', preset: 'torchtune' })).toBe(plain)
    expect(statesOf({ optimizer: 'adamw-8bit', preset: 'trl', wideEmbeddingStates: false })).toBe(plain)
  })

  it('keep them of a tied head', () => {
    const elements = vocabulary * features
    const more = 3 * elements - 4 * (elements / 256)
    const wide = statesOf({ optimizer: 'lion-8bit', wideEmbeddingStates: true }, true)
    expect(wide).toBe(statesOf({ optimizer: 'lion-8bit' }, true) + more)
  })

  it('say how embeddings are counted', () => {
    const { assumptions } = estimateMemory(model(false), { method: 'full', optimizer: 'adamw-8bit' })
    expect(assumptions.join('\n')).toContain('for that pass `wideEmbeddingStates`')
    const wide = estimateMemory(model(false), { method: 'full', optimizer: 'adamw-8bit', wideEmbeddingStates: true })
    expect(wide.assumptions.join('\n')).toContain('with float32 states of embeddings')
  })

  it('alone have such states', () => {
    expect(() => statesOf({ optimizer: 'lion-32bit', wideEmbeddingStates: true })).toThrow(
      '`wideEmbeddingStates` has no meaning with lion-32bit',
    )
  })
})
