import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions, planGpus } from '../../src/estimate/index.js'

const llama = architectureFromConfig({
  model_type: 'llama',
  ...{ hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 4, vocab_size: 128 },
})

const UNUSED: readonly (readonly [options: MemoryOptions, names: readonly string[]])[] = [
  [{ lora: { rank: 8 } }, ['lora']],
  [{ method: 'full-mixed', lora: { rank: 8 }, precision: 'float16' }, ['lora', 'precision']],
  [{ method: 'full-mixed', dtype: 'float16' }, ['dtype']],
  [
    {
      method: 'inference',
      lora: { rank: 8 },
      optimizer: 'sgd',
      gradientAccumulation: 2,
      keepOutputs: true,
      inputGradients: true,
    },
    ['lora', 'optimizer', 'gradientAccumulation', 'keepOutputs', 'inputGradients'],
  ],
  [{ method: 'lora', lora: { rank: 8, targetModules: 'all-linear' }, optimizer: 'sgd', precision: 'float16' }, []],
  [{ method: 'full', optimizer: 'sgd', precision: 'float16', gradientAccumulation: 2, keepOutputs: true }, []],
]

describe('An option that means nothing for the method is named among the assumptions', () => {
  it.each(UNUSED)('%j', (options, names) => {
    const { method = 'full' } = options
    const said = names.map((name) => `\`${name}\` has no effect with the method ${method}`)
    const small = { ...options, sequenceLength: 16 }
    const ofEstimate = estimateMemory(llama, small)
    const ofPlan = planGpus(llama, small)
    expect(ofEstimate.assumptions.filter((text) => text.includes('has no effect'))).toEqual(said)
    expect(ofPlan.assumptions.filter((text) => text.includes('has no effect'))).toEqual(said)
  })

  it.each(UNUSED)('and changes nothing: %j', (options, names) => {
    const { method } = options
    const left = Object.entries(options).filter(([name]) => !names.includes(name))
    const without = { ...Object.fromEntries(left), ...(method && { method }), sequenceLength: 16 }
    expect(estimateMemory(llama, { ...options, sequenceLength: 16 }).totalBytes).toBe(
      estimateMemory(llama, without).totalBytes,
    )
  })
})
