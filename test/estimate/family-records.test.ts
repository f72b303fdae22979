import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, isForwardPassDescribed } from '../../src/estimate/index.js'
import { some } from '../share.js'
import { FAMILY_FIXTURES, memoryRecords } from './memory-records.js'

// Small models of families of their own: sizes that differ pairwise, so that a term that is wrong shows.
const RECORDS = FAMILY_FIXTURES.flatMap(memoryRecords).map((record) => [record.id, record] as const)

describe('estimateMemory knows each family', () => {
  it.each(some(RECORDS))('as torch runs it: %s', (_id, { config, options, truth }) => {
    const { tensorBytes, parts, peakAt } = estimateMemory(architectureFromConfig(config), options)
    const { total, phase, op: _op, ...expected } = truth.peak
    const tolerance = total * 1e-5
    expect(Math.abs(tensorBytes - total)).toBeLessThanOrEqual(tolerance)
    for (const [part, bytes] of Object.entries(expected)) {
      expect(Math.abs(parts[part as keyof typeof parts] - bytes), part).toBeLessThanOrEqual(tolerance)
    }
    expect(peakAt.phase).toBe(phase)
  })

  it('and says so of each', () => {
    const families = new Set(RECORDS.map(([, { config }]) => String(config['model_type'])))
    expect([...families].filter((family) => !isForwardPassDescribed(family))).toEqual([])
  })
})
