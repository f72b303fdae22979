import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { type MemoryRecord, memoryRecords } from './memory-records.js'

/** The highest total of a run; of one that adds up gradients, that of its last micro-batch. */
function highest({ options, truth: { peak, accumulating } }: MemoryRecord): number {
  const accumulates = (options.gradientAccumulation ?? 1) > 1
  return Math.max(peak.total, accumulates ? (accumulating?.total ?? 0) : 0)
}

/** Runs with options that were drawn at random, kept for what they have found (`npm run oracle:memory`). */
describe.each([
  'drawn-packed.jsonl.gz',
  'drawn-ranks.jsonl.gz',
  'drawn-decoders.jsonl.gz',
  // Of losses.py: the code of Liger 0.8.5, torchtune 0.6.1, TRL 1.16 and LLaMA-Factory 0.9.5.
  'drawn-losses.jsonl.gz',
  'chunked-linear.jsonl.gz',
  'drawn-others.jsonl.gz',
])('Drawn options in %s', (file) => {
  it.each(memoryRecords(file).map((record) => [record.id, record] as const))(
    'agree with torch to a thousandth of a percent: %s',
    (_, record) => {
      const { tensorBytes } = estimateMemory(architectureFromConfig(record.config), record.options)
      expect(Math.abs(tensorBytes - highest(record))).toBeLessThanOrEqual(highest(record) * 1e-5)
    },
  )
})

describe('Weights that are prepared, without autocast', () => {
  const model = architectureFromConfig({ model_type: 'llama', num_hidden_layers: 2 })
  const options = { method: 'qlora', prepareForKbitTraining: true, autocast: false } as const

  it('have float32 queries, which flash attention does not take', () => {
    expect(() => estimateMemory(model, { ...options, attention: 'flash' })).toThrow('pass another kernel')
    expect(estimateMemory(model, options).assumptions).toContain('attention by the efficient kernel')
  })

  it('are as they were in GPTQ models, which PEFT leaves', () => {
    const { assumptions } = estimateMemory(model, { ...options, quantization: 'gptq' })
    expect(assumptions).toContain('attention by the flash kernel')
  })
})
