import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { type MemoryRecord, memoryRecords } from './memory-records.js'

/** Runs of litgpt 0.5.13's own model and steps (`litgpt_steps.py`). */
const RECORDS = memoryRecords('litgpt.jsonl.gz')

/** Models of one narrow layer and many words, where the loss is nearly all. */
const isOfLoss = ({ id }: MemoryRecord) => id.includes('wide-vocabulary')

function estimateOf({ config, options: { optimizerStep: _, ...options } }: MemoryRecord) {
  return estimateMemory(architectureFromConfig(config), { ...options, preset: 'litgpt' })
}

function errorOf(record: MemoryRecord): number {
  return Math.abs(estimateOf(record).tensorBytes / record.truth.peak.total - 1)
}

describe('the preset litgpt', () => {
  // The layer and the label ids, which litgpt has beside the input ids, are not the same: 0.05 %.
  it.each(RECORDS.filter(isOfLoss))('computes the loss as litgpt does: $id', (record) => {
    expect(errorOf(record)).toBeLessThanOrEqual(0.0005)
    expect(estimateOf(record).peakAt.phase).toBe(record.truth.peak.phase)
  })

  // One layer for queries, keys and values, with one adapter: the assumptions say how much that is.
  it.each(RECORDS.filter((record) => !isOfLoss(record)))('agrees to 4 %, as it says: $id', (record) => {
    expect(errorOf(record)).toBeLessThanOrEqual(0.04)
    expect(estimateOf(record).assumptions).toContainEqual(expect.stringContaining('up to 4 % more or less'))
  })

  it.each(RECORDS)('has the parameters of litgpt, which ties no embeddings: $id', (record) => {
    expect(estimateOf(record).parts.parameters).toBe(record.truth.peak.parameters)
  })

  it('says why it does not tie them, if the config does', () => {
    const sentences = (tie_word_embeddings: boolean) =>
      estimateMemory(architectureFromConfig({ model_type: 'llama', tie_word_embeddings }), { preset: 'litgpt' })
        .assumptions
    expect(sentences(true)).toContainEqual(expect.stringContaining('a parameter of its own'))
    expect(sentences(false)).not.toContainEqual(expect.stringContaining('a parameter of its own'))
  })

  it('says what it leaves out of QLoRA', () => {
    const { assumptions } = estimateMemory(architectureFromConfig({ model_type: 'llama' }), {
      preset: 'litgpt',
      method: 'qlora',
    })
    expect(assumptions).toContainEqual(expect.stringContaining('StableEmbedding'))
  })
})

describe('an estimate without a preset', () => {
  const llama = architectureFromConfig({ model_type: 'llama' })
  const SINCE = expect.stringContaining('transformers since 4.49')

  it('says that older versions of transformers copied the logits, and how to ask for that', () => {
    expect(estimateMemory(llama).assumptions).toContainEqual(SINCE)
  })

  it.each([
    { lossLogits: 'float32-shifted' },
    { loss: 'fused-linear' },
    { preset: 'transformers-4.48' },
    { method: 'inference' },
  ] as const)('does not say so with %o', (options) => {
    expect(estimateMemory(llama, options).assumptions).not.toContainEqual(SINCE)
  })
})
