import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { type MemoryRecord, memoryRecords } from './memory-records.js'

/** Steps of torchtune 0.6.1's own models and losses (`torchtune_steps.py`). */
const RECORDS = memoryRecords('torchtune.jsonl.gz')

function estimateOf({ config, options }: MemoryRecord) {
  return estimateMemory(architectureFromConfig(config), { ...options, preset: 'torchtune' })
}

/**
 * Models of one narrow layer and many words are nearly nothing but the loss. Others have torchtune's own layers, which keep more than
 * those of transformers unless they are recomputed. Its rotation tables have all positions of the config, 64 MB in Llama 3.2 3B, which are not counted.
 */
function toleranceOf({ id, options }: MemoryRecord): number {
  if (id.includes('wide-vocabulary')) return 0.001
  // Recorded without the stream that copies tensors to the CPU, so that none of them is on its way.
  if (options.sharding) return 0.0065
  return options.recompute === 'layers' ? 0.006 : 0.04
}

describe('the preset torchtune', () => {
  it.each(RECORDS)('agrees with torchtune: $id', (record) => {
    const { tensorBytes, parts, peakAt } = estimateOf(record)
    const { peak } = record.truth
    expect(Math.abs(tensorBytes / peak.total - 1)).toBeLessThanOrEqual(toleranceOf(record))
    expect(parts.parameters).toBe(peak.parameters)
    expect(peakAt.phase).toBe(peak.phase)
  })

  it('says what it leaves out', () => {
    const [record] = RECORDS
    expect(record && estimateOf(record).assumptions).toContainEqual(expect.stringContaining('are not compiled'))
  })
})

describe('activations on the CPU', () => {
  const model = architectureFromConfig({ model_type: 'llama', num_hidden_layers: 4 })
  const sharding = { strategy: 'none', ranks: 1, offload: ['activations'] } as const

  it.each(['full', 'lora', 'qlora'] as const)('are never fewer than none: %s', (method) => {
    for (const loss of ['logits', 'chunked', 'fused-linear'] as const)
      for (const recompute of ['layers', 'none'] as const) {
        const { parts } = estimateMemory(model, { method, sharding, loss, recompute, sequenceLength: 512 })
        for (const bytes of Object.values(parts)) expect(bytes).toBeGreaterThanOrEqual(0)
      }
  })
})
