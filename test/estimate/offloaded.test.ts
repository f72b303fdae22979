import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'

interface Offloaded {
  readonly id: string
  readonly config: Readonly<Record<string, unknown>>
  readonly options: MemoryOptions
  readonly gpu: { readonly peak: number }
}

/** Steps on an H200 with torch 2.11, in bytes that the allocator was asked for (`gpu_ranks.py`). Float32 shards of FSDP are left out, which torch 2.11 reduces in 16 bits. */
const RECORDS: readonly Offloaded[] = gunzipSync(
  readFileSync(new URL('../fixtures/memory/offloaded-h200.jsonl.gz', import.meta.url)),
)
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

/** Token ids and step counts. */
const SMALL = 8_200

/** cuBLAS has one more workspace of 128 KiB for each stream and thread (`CUBLAS_WORKSPACE_CONFIG` is `:16:8` there). */
const WORKSPACES = 2 * 131_072

/** What differs otherwise, as the guide says. */
const KNOWN: Readonly<Record<string, number>> = {
  'llama-lora-none-fsdp2-2-trl': 0.05,
  'qwen3-lora-none-fsdp2-2-trl': 0.05,
  'qwen3-lora-none-none-trl-streams': 0.034,
  'qwen3-lora-none-fsdp1-4-params': 0.013,
}

describe('what is kept on the CPU', () => {
  it.each(RECORDS)('needs on a GPU what is estimated: $id', ({ id, config, options, gpu }) => {
    const difference = gpu.peak - estimateMemory(architectureFromConfig(config), options).tensorBytes
    const known = KNOWN[id]
    if (known !== undefined) {
      expect(Math.abs(difference / gpu.peak)).toBeLessThanOrEqual(known)
      return
    }
    const streams = options.method === 'lora' && options.sharding?.strategy !== 'none' ? WORKSPACES : 0
    expect(difference).toBeGreaterThanOrEqual(-SMALL)
    expect(difference).toBeLessThanOrEqual(SMALL + streams)
  })

  it('are recorded for each strategy and each package', () => {
    const kinds = RECORDS.map(({ options: { sharding } }) =>
      [sharding?.strategy, sharding?.offload?.join('+'), sharding?.offloadedBy].join(' ').trim(),
    )
    expect([...new Set(kinds)].sort()).toEqual([
      'fsdp1 parameters',
      'fsdp2 activations trl',
      'fsdp2 parameters',
      'hsdp parameters',
      'none activations torchtune',
      'none activations trl',
      'zero-1 optimizer',
      'zero-2 optimizer',
      'zero-3 optimizer',
      'zero-3 optimizer+parameters',
      'zero-3 parameters',
    ])
  })

  const LLAMA = architectureFromConfig({
    model_type: 'llama',
    num_hidden_layers: 12,
    hidden_size: 64,
    intermediate_size: 128,
    num_attention_heads: 4,
    vocab_size: 100,
  })
  const offload = ['activations'] as const
  const one = { strategy: 'none', ranks: 1, offload } as const

  it.each<readonly [MemoryOptions, string]>([
    [
      { kernels: 'unsloth-2026.10', sharding: { ...one, offloadedBy: 'trl' } },
      'Unsloth moves the inputs of layers itself',
    ],
    [{ kernels: 'unsloth-2026.10', recompute: 'none', sharding: one }, 'Unsloth keeps the inputs of recomputed layers'],
    [
      { recompute: 'none', sharding: { ...one, offloadedBy: 'llama-factory' } },
      'LLaMA-Factory keeps the inputs of rec',
    ],
  ])('are refused where no code moves them: %j', (options, words) => {
    expect(() => estimateMemory(LLAMA, { sequenceLength: 16, ...options })).toThrow(words)
  })

  it('are said to be recorded for decoders of text alone', () => {
    const confidenceOf = (config: Readonly<Record<string, unknown>>) =>
      estimateMemory(architectureFromConfig(config), { sequenceLength: 16, sharding: one }).confidence.activations
    expect(confidenceOf({ model_type: 'llama', num_hidden_layers: 2, vocab_size: 100 })).toBe('replayed')
    expect(confidenceOf({ model_type: 't5', num_layers: 2, vocab_size: 100 })).toBe('derived')
  })

  it('are inputs of layers alone with LLaMA-Factory, which needs less than all on the GPU, and says so', () => {
    const of = (sharding: MemoryOptions['sharding']) =>
      estimateMemory(LLAMA, { method: 'lora', sequenceLength: 512, ...(sharding && { sharding }) })
    const moved = of({ ...one, offloadedBy: 'llama-factory' })
    expect(moved.tensorBytes).toBeLessThan(of(undefined).tensorBytes)
    expect(moved.assumptions.join()).toContain('as LLaMA-Factory 0.9.5 moves them')
    expect(moved.confidence.activations).toBe('derived')
  })
})
