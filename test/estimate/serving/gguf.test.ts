import { describe, expect, it } from 'vitest'
import { modelSpecFromConfig } from '../../../src/checkpoint/index.js'
import { estimateMemory, planServing } from '../../../src/estimate/index.js'

const { spec } = modelSpecFromConfig({ model_type: 'llama', num_hidden_layers: 4, vocab_size: 32_000 })
const gguf = { spec: { ...spec, precision: 'int4' }, ggufBytes: 987_654_321 }

describe('a GGUF file without a config', () => {
  it('has the weights of its tensors, not those of the nearest precision', () => {
    const plan = planServing(gguf, { engine: 'llama.cpp', contextTokens: 512 })
    expect(plan.weightBytes).toBe(987_654_321)
    expect(plan.assumptions).toContain('weights are those in the headers of the files')
    expect(estimateMemory(gguf, { method: 'inference', sequenceLength: 128 }).parts.parameters).toBe(987_654_321)
  })

  it('has others where another precision is asked for', () => {
    const plan = planServing(gguf, { engine: 'llama.cpp', precision: 'q8_0', contextTokens: 512 })
    expect(plan.weightBytes).not.toBe(987_654_321)
  })
})
