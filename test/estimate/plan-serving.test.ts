import { describe, expect, it } from 'vitest'
import { architectureFromConfig, totalParameters } from '../../src/architecture/index.js'
import { planServing } from '../../src/estimate/index.js'

const llama = architectureFromConfig({
  model_type: 'llama',
  hidden_size: 4096,
  intermediate_size: 14_336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128_256,
  max_position_embeddings: 131_072,
})

describe('planServing', () => {
  it('keeps keys and values of the heads that have their own', () => {
    expect(planServing(llama).kvBytesPerToken).toBe(2 * 32 * 8 * 128 * 2)
  })

  it('keeps no more tokens than a window has', () => {
    const mistral = architectureFromConfig({ model_type: 'mistral', sliding_window: 4096 })
    const cache = (contextTokens: number) => planServing(mistral, { contextTokens }).parts.kvCache
    expect(cache(32_768)).toBe(cache(4096))
    expect(cache(2048)).toBe(cache(4096) / 2)
  })

  it.each([
    [{ model_type: 'qwen2', use_sliding_window: true, sliding_window: 4096, max_window_layers: 24 }, 8],
    [{ model_type: 'gemma2', sliding_window: 4096, num_hidden_layers: 32 }, 16],
    [{ model_type: 'olmo3', sliding_window: 4096 }, 24],
    [{ model_type: 'gemma3_text', sliding_window: 4096, num_hidden_layers: 32, sliding_window_pattern: 2 }, 16],
  ])('keeps a window only in the layers that have one: %o', (config, windowed) => {
    const model = architectureFromConfig(config)
    const { kvBytesPerToken, parts, assumptions } = planServing(model, { contextTokens: 8192 })
    const perLayer = kvBytesPerToken / 32
    expect(parts.kvCache).toBe(perLayer * (4096 * windowed + 8192 * (32 - windowed)))
    expect(assumptions.filter((text) => text.includes('window'))).toEqual([])
  })

  it('keeps the compressed vector and the rotated key of latent attention', () => {
    const deepseek = architectureFromConfig({ model_type: 'deepseek_v3' })
    expect(planServing(deepseek).kvBytesPerToken).toBe(61 * (512 + 64) * 2)
  })

  it('keeps a state for each sequence in Mamba layers, and nothing for a token', () => {
    const mamba = planServing(architectureFromConfig({ model_type: 'mamba', num_hidden_layers: 2, hidden_size: 64 }))
    expect(mamba.kvBytesPerToken).toBe(0)
    expect(mamba.stateBytesPerSequence).toBe(2 * 2 * (128 * 4 + 128 * 16))
  })

  it('finds the longest context and the most sequences: one more does not fit', () => {
    const options = { gpu: 'l4', precision: 'bfloat16', contextTokens: 8192, concurrency: 2 } as const
    const { largestContextTokens, largestConcurrency } = planServing(llama, options)
    expect(planServing(llama, { ...options, contextTokens: largestContextTokens }).fits).toBe(true)
    expect(planServing(llama, { ...options, contextTokens: largestContextTokens + 1 }).fits).toBe(false)
    expect(planServing(llama, { ...options, concurrency: largestConcurrency }).fits).toBe(true)
    expect(planServing(llama, { ...options, concurrency: largestConcurrency + 1 }).fits).toBe(false)
  })

  it('stores what is no linear layer in 16 bits whatever the precision', () => {
    const { weightBytes } = planServing(llama)
    expect(weightBytes.bfloat16).toBe(2 * totalParameters(llama))
    const linear = 32 * (4096 * (2 * 4096 + 2 * 1024) + 3 * 4096 * 14_336)
    expect(weightBytes.fp8).toBe(2 * totalParameters(llama) - linear)
    expect(weightBytes.int4).toBeLessThan(weightBytes.fp8)
  })

  it.each([{ contextTokens: 0 }, { concurrency: 1.5 }, { gpu: 'abacus' }])('refuses %j', (options) => {
    expect(() => planServing(llama, options)).toThrow(RangeError)
  })

  it('refuses a precision that is not known', () => {
    expect(() => planServing(llama, { precision: 'int3' as 'int4' })).toThrow(TypeError)
  })
})
