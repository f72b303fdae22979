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
  'gemma3-lora-layers': [2, 2.1],
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

/** Unsloth's trainer has two micro-batches for a step, unless it is told otherwise. */
function optionsOf({ recompute, ...options }: Run['options']): MemoryOptions {
  const own: MemoryOptions = { preset: 'unsloth', gradientAccumulation: 2, ...options }
  if (recompute === 'unsloth') return own
  return { ...own, recompute, sharding: { strategy: 'none', ranks: 1, offload: [] } }
}
