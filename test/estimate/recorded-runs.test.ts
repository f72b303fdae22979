import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

/** Runs of torch, recorded with the programs of `test/oracle/memory`. */
describe.each([
  [
    'LoRA in float16 by eager and efficient attention, outputs kept, gradients to the inputs',
    'training-loops.jsonl.gz',
  ],
  ['QLoRA with bitsandbytes', 'qlora.jsonl.gz'],
  ['FSDP over 3, 8 and 64 ranks, up to 70 billion parameters', 'sharded-families.jsonl.gz'],
])('estimateMemory agrees with %s', (_, file) => {
  it.each(memoryRecords(file).map((record) => [record.id, record] as const))(
    '%s, to a thousandth of a percent',
    (_, { config, options, truth }) => {
      const { total } = truth.peak
      const { tensorBytes } = estimateMemory(architectureFromConfig(config), options)
      expect(Math.abs(tensorBytes - total)).toBeLessThanOrEqual(total * 1e-5)
    },
  )
})
