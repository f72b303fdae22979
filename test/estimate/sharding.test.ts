import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, estimateShardedMemory, isForwardPassDescribed } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

const RECORDS = memoryRecords('sharded.jsonl.gz')
  .filter(({ config }) => isForwardPassDescribed(String(config['model_type'])))
  .map((record) => [record.id, record] as const)

const errorOf = ({ config, options, truth }: (typeof RECORDS)[number][1]) =>
  Math.abs(estimateShardedMemory(architectureFromConfig(config), options).tensorBytes / truth.peak.total - 1)

const tiny = architectureFromConfig({
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: 500,
})

describe('estimateShardedMemory', () => {
  it.each(RECORDS)('agrees to 2 % with torch on one rank of %s', (_, record) => {
    expect(errorOf(record)).toBeLessThan(0.02)
  })

  it('agrees to 0.1 % at the median', () => {
    const errors = RECORDS.map(([, record]) => errorOf(record)).sort((a, b) => a - b)
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.001)
  })

  it('is the estimate of one GPU where there is one rank', () => {
    expect(estimateShardedMemory(tiny, { world: 1, sequenceLength: 64 })).toEqual(
      estimateMemory(tiny, { sequenceLength: 64 }),
    )
  })

  it.each(['full', 'full-mixed', 'lora', 'qlora'] as const)(
    'has parts that add up, and rests in smaller shares on more ranks: %s',
    (method) => {
      const on = (world: number) => estimateShardedMemory(tiny, { method, world, sequenceLength: 64 })
      for (const world of [2, 3, 8, 64]) {
        const { parts, tensorBytes } = on(world)
        expect(Object.values(parts).every((bytes) => Number.isSafeInteger(bytes) && bytes >= 0)).toBe(true)
        expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(tensorBytes)
      }
      expect(on(8).tensorBytes).toBeLessThan(on(2).tensorBytes)
    },
  )

  it.each([
    [{ world: 0 }, RangeError],
    [{ world: 1.5 }, RangeError],
    [{ world: 2, batchSize: -1 }, RangeError],
    [{ world: 2, method: 'inference' as const }, TypeError],
  ])('refuses %j', (options, error) => {
    expect(() => estimateShardedMemory(tiny, options)).toThrow(error)
  })
})
