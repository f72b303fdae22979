// Estimates of Unsloth's runs, against the second step of its trainer on an H200 (`test/oracle/memory/gpu_unsloth.py`).
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'

interface Run {
  readonly id: string
  readonly config: Readonly<Record<string, unknown>>
  readonly options: MemoryOptions & { readonly recompute: 'unsloth' | 'layers' | 'none' }
  readonly gpu: { readonly requestedBytes: number; readonly restBytes: number; readonly workspaceBytes: number }
}

const RUNS = gunzipSync(readFileSync(new URL('../fixtures/memory/unsloth-h200.jsonl.gz', import.meta.url)))
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line): Run => JSON.parse(line))

/** What the assumptions say of each kind of run: all others are to within a share of the inputs and tables of a step. */
const KNOWN: Readonly<Record<string, readonly [number, number]>> = {
  'mistral-full-none': [-0.75, -0.65],
  'qwen3-full-layers': [0.8, 0.9],
  'llama-full': [1.7, 1.85],
  'llama-lora-saved': [30, 32],
}

describe('on an H200', () => {
  it.each(RUNS)('$id is as close as the assumptions say', ({ id, config, options, gpu }) => {
    const { tensorBytes } = estimateMemory(architectureFromConfig(config), optionsOf(options))
    const measured = gpu.requestedBytes - gpu.workspaceBytes
    const [least, most] = KNOWN[id] ?? [-0.1, 0.1]
    const percent = (100 * (tensorBytes - measured)) / measured
    expect(percent).toBeGreaterThan(least)
    expect(percent).toBeLessThan(most)
  })
})

describe('tables of positions', () => {
  const lora: MemoryOptions = { method: 'lora', lora: { rank: 8, targetModules: 'all-linear' }, sequenceLength: 64 }
  const buffersOf = (config: Readonly<Record<string, unknown>>, kernels: 'torch' | 'unsloth-2026.10') =>
    estimateMemory(architectureFromConfig(config), { ...lora, kernels }).parts.buffers

  it('are those of all positions where Unsloth has layers of its own', () => {
    const llama = {
      model_type: 'llama',
      num_hidden_layers: 2,
      hidden_size: 64,
      num_attention_heads: 4,
      vocab_size: 100,
      max_position_embeddings: 4096,
    }
    expect(buffersOf(llama, 'unsloth-2026.10') - buffersOf(llama, 'torch')).toBe(2 * 4096 * 16 * 2)
  })

  it('are none in classes that it compiles, and in models without heads', () => {
    const gpt2 = { model_type: 'gpt2', n_layer: 2, n_embd: 64, n_head: 4, vocab_size: 100 }
    expect(buffersOf(gpt2, 'unsloth-2026.10')).toBe(buffersOf(gpt2, 'torch'))
    const rwkv = { model_type: 'rwkv', num_hidden_layers: 2, hidden_size: 64, vocab_size: 100 }
    expect(buffersOf(rwkv, 'unsloth-2026.10')).toBeGreaterThan(0)
  })
})

/** Unsloth's trainer has two micro-batches for a step, unless it is told otherwise. */
function optionsOf({ recompute, ...options }: Run['options']): MemoryOptions {
  const own: MemoryOptions = { preset: 'unsloth', gradientAccumulation: 2, ...options }
  if (recompute === 'unsloth') return own
  return { ...own, recompute, sharding: { strategy: 'none', ranks: 1, offload: [] } }
}
