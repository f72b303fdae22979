import { describe, expect, it } from 'vitest'
import { type Architecture, architectureFromConfig } from '../../src/architecture/index.js'
import { checkMemoryOptions } from '../../src/estimate/checked-memory-options.js'
import type { MemoryOptions } from '../../src/estimate/index.js'
import { resolveModel } from '../../src/estimate/resolved-model.js'
import { profileStep } from '../../src/estimate/shard/profile.js'
import { shardedEstimate } from '../../src/estimate/sharding.js'
import { memoryRecords } from './memory-records.js'

const RECORDS = memoryRecords('sharded.jsonl.gz').map((record) => [record.id, record] as const)

const estimate = (model: Architecture, options: MemoryOptions, layout: object = {}) => {
  const checked = checkMemoryOptions(options)
  const ranks = { data: options.world ?? 1, tensor: 1, pipeline: 1, expert: 1, ...layout }
  return shardedEstimate(profileStep(resolveModel(model, checked), checked), ranks, 0)
}

const errorOf = ({ config, options, truth }: (typeof RECORDS)[number][1]) =>
  Math.abs(estimate(architectureFromConfig(config), options).tensorBytes / truth.peak.total - 1)

const tiny = architectureFromConfig({
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: 500,
})

describe('shardedEstimate', () => {
  it.each(RECORDS)('agrees to 2 % with torch on one rank of %s', (_, record) => {
    expect(errorOf(record)).toBeLessThan(0.02)
  })

  it('agrees to 0.1 % at the median', () => {
    const errors = RECORDS.map(([, record]) => errorOf(record)).sort((a, b) => a - b)
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.001)
  })

  it.each(['full', 'full-mixed', 'lora', 'qlora'] as const)(
    'has parts that add up, and rests in smaller shares on more ranks: %s',
    (method) => {
      const on = (world: number) => estimate(tiny, { method, world, sequenceLength: 64 })
      for (const world of [2, 3, 8, 64]) {
        const { parts, tensorBytes } = on(world)
        expect(Object.values(parts).every((bytes) => Number.isSafeInteger(bytes) && bytes >= 0)).toBe(true)
        expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(tensorBytes)
      }
      expect(on(8).tensorBytes).toBeLessThan(on(2).tensorBytes)
    },
  )

  it.each([{ tensor: 2, sequenceParallel: true }])(
    'needs less of a GPU when more than data is divided: %j',
    (layout) => {
      const options = { world: 2, sequenceLength: 64 }
      expect(estimate(tiny, options, layout).tensorBytes).toBeLessThan(estimate(tiny, options).tensorBytes)
    },
  )
})
