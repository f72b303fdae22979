import { expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

// The norm and the factor, and what FSDP1 pads.
const FEW_BYTES = 100

/** The same steps with and without clipping have the same peaks, so that it is no option. */
it.each(memoryRecords('clipped.jsonl.gz').map((record) => [record.id, record] as const))(
  'Gradients that are clipped take no more memory: %s',
  (_, { config, options, truth }) => {
    const { maxGradNorm, ...own } = options as MemoryOptions & { readonly maxGradNorm?: number }
    const { tensorBytes, peakAt } = estimateMemory(architectureFromConfig(config), own)
    expect(maxGradNorm).toBe(1)
    expect(Math.abs(tensorBytes - truth.peak.total)).toBeLessThan(FEW_BYTES)
    expect(peakAt.phase).toBe(truth.peak.phase)
  },
)
