import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { some } from '../share.js'
import { memoryRecords } from './memory-records.js'

// Small models whose configs leave the class's defaults: other activations, rotated shares, windows in some layers, layers
// without rope, no caps, other wiring of the residual stream, biases, ties, sizes of heads; and each kernel of attention.
const RECORDS = memoryRecords('config-variants.jsonl.gz').map((record) => [record.id, record] as const)

const LLAMA = {
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: 500,
}
const bytesOf = (config: Readonly<Record<string, unknown>>) =>
  estimateMemory(architectureFromConfig(config), { method: 'full', sequenceLength: 128 }).tensorBytes

describe('estimateMemory follows the config', () => {
  it.each(some(RECORDS))('as torch does on the peak of %s and its parts', (_, { config, options, truth }) => {
    const { tensorBytes, parts, peakAt } = estimateMemory(architectureFromConfig(config), options)
    const { total, phase, op: _op, ...expected } = truth.peak
    const tolerance = total * 1e-5
    expect(Math.abs(tensorBytes - total)).toBeLessThanOrEqual(tolerance)
    for (const [part, bytes] of Object.entries(expected)) {
      expect(Math.abs(parts[part as keyof typeof parts] - bytes), part).toBeLessThanOrEqual(tolerance)
    }
    expect(peakAt.phase).toBe(phase)
  })

  it('takes an activation that is not known as one kernel, and says so', () => {
    const { assumptions } = estimateMemory(architectureFromConfig({ ...LLAMA, hidden_act: 'gelu_of_the_year' }))
    expect(assumptions).toContain(
      'unknown activation function "gelu_of_the_year": estimated as one kernel that saves its input',
    )
    expect(bytesOf({ ...LLAMA, hidden_act: 'gelu_of_the_year' })).toBe(bytesOf({ ...LLAMA, hidden_act: 'gelu' }))
  })

  it('does not mistake the names that every object has for activations', () => {
    expect(bytesOf({ ...LLAMA, hidden_act: 'constructor' })).toBe(bytesOf({ ...LLAMA, hidden_act: 'silu' }))
  })

  it('says nothing of an activation that it knows', () => {
    const { assumptions } = estimateMemory(architectureFromConfig({ ...LLAMA, hidden_act: 'gelu_fast' }))
    expect(assumptions.filter((text) => text.includes('activation'))).toEqual([])
  })
})
