import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'

const estimate = (family: string, options: MemoryOptions) =>
  estimateMemory(architectureFromConfig({ model_type: family }), { sequenceLength: 64, ...options }).tensorBytes

describe('A decoder that transformers cannot run as asked', () => {
  it.each(['openai-gpt', 'gpt_neox_japanese', 'ctrl'])('is refused with recomputation: %s', (family) => {
    const options = { method: 'full-mixed' } as const
    expect(() => estimate(family, options)).toThrow(/does not support gradient checkpointing: pass `recompute: 'none'`/)
    expect(estimate(family, { ...options, recompute: 'none' })).toBeGreaterThan(0)
    expect(estimate(family, { method: 'inference', precision: 'float32' })).toBeGreaterThan(0)
  })

  const lora = { rank: 8, targetModules: 'all-linear' } as const
  it.each<MemoryOptions>([
    { method: 'inference' },
    { method: 'full', recompute: 'none' },
    { method: 'lora', lora, recompute: 'none' },
    { method: 'qlora', lora, recompute: 'none' },
  ])('is refused in 16 bits: CTRL with %o', (options) => {
    expect(() => estimate('ctrl', options)).toThrow(/positions are in float32.*`precision: 'float32'`/)
  })

  it('and runs in float32, with and without autocast', () => {
    const wide = { precision: 'float32', lora, recompute: 'none' } as const
    expect(estimate('ctrl', { method: 'lora', ...wide })).toBeGreaterThan(0)
    expect(estimate('ctrl', { method: 'lora', ...wide, autocast: true })).toBeGreaterThan(0)
    expect(estimate('gpt2', { method: 'full', recompute: 'none' })).toBeGreaterThan(0)
  })
})

describe('An activation with parameters', () => {
  const sizes = { model_type: 'apertus', hidden_size: 64, intermediate_size: 96, num_hidden_layers: 2, vocab_size: 500 }
  const bytes = (hidden_act?: string) =>
    estimateMemory(architectureFromConfig({ ...sizes, num_attention_heads: 4, ...(hidden_act && { hidden_act }) }), {
      method: 'full',
      recompute: 'none',
      sequenceLength: 64,
    })

  it('keeps more than one kernel does, and is known', () => {
    expect(bytes().parts.activations).toBeGreaterThan(bytes('silu').parts.activations)
    expect(bytes().assumptions.join()).not.toContain('xielu')
  })
})

it('A norm without a weight stays as it is under the kernels of Unsloth', () => {
  expect(estimate('nanochat', { method: 'full', kernels: 'unsloth' })).toBeLessThanOrEqual(
    estimate('nanochat', { method: 'full' }),
  )
})
