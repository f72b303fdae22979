import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'

const MODEL = architectureFromConfig({
  model_type: 'llama',
  hidden_size: 256,
  intermediate_size: 688,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  vocab_size: 4000,
})
const estimate = (options: MemoryOptions) => estimateMemory(MODEL, { sequenceLength: 256, ...options })

describe('weights in float32', () => {
  it('under autocast are what full-mixed trains, to the byte', () => {
    const { tensorBytes, parts } = estimate({ method: 'full-mixed' })
    expect(estimate({ method: 'full', precision: 'float32', autocast: true })).toMatchObject({ tensorBytes, parts })
  })

  it('take twice the bytes of 16 bits below adapters', () => {
    const half = estimate({ method: 'lora' }).parts.parameters
    const wide = estimate({ method: 'lora', precision: 'float32' }).parts.parameters
    const base = estimate({ method: 'full' }).parts.parameters
    expect(wide - half).toBe(base)
  })

  // torch caches the copies of trained parameters only (`cached_cast` in autocast_mode.cpp).
  it('are copied for each use under autocast when they are frozen', () => {
    const options = { method: 'lora', recompute: 'none', autocast: true } as const
    const copies =
      estimate({ ...options, precision: 'float32' }).parts.activations - estimate(options).parts.activations
    // q, k, v and o, then the three of the feed-forward network; the inputs of the first layer need no gradient.
    const ofLayer = 2 * (4 * 256 * 256 + 3 * 256 * 688)
    expect(copies).toBeGreaterThan(3 * ofLayer)
  })

  it('are computed by another kernel than flash attention, which needs 16 bits', () => {
    const { assumptions } = estimate({ method: 'full', precision: 'float32' })
    expect(assumptions).toContain('attention by the efficient kernel')
    expect(() => estimate({ method: 'full', precision: 'float32', attention: 'flash' })).toThrow('needs 16 bits')
    expect(estimate({ method: 'lora', precision: 'float32', autocast: true }).assumptions).toContain(
      'attention by the flash kernel',
    )
  })

  it('cannot be packed', () => {
    expect(() => estimate({ method: 'qlora', precision: 'float32' })).toThrow('`prepareForKbitTraining`')
  })

  it('are shared over ranks in float32, and gathered in 16 bits only under autocast', () => {
    const world = { method: 'full', precision: 'float32', world: 4 } as const
    const mixed = estimate({ method: 'full-mixed', world: 4 })
    expect(estimate({ ...world, autocast: true }).tensorBytes).toBe(mixed.tensorBytes)
    expect(estimate(world).tensorBytes).toBeGreaterThan(mixed.tensorBytes)
  })
})
