import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

// Recorded with `test/oracle/memory/kernels.py`: the packages' own code, whose kernels compute nothing.
const RECORDS = memoryRecords('kernel-packages.jsonl.gz').map((record) => [record.id, record] as const)
const PAGE = readFileSync(new URL('../../docs/estimates.md', import.meta.url), 'utf8')

describe('estimateMemory knows the kernels of fla, causal_conv1d and mamba_ssm', () => {
  it.each(RECORDS)('as their packages run them: %s', (_id, { config, options, truth }) => {
    const { tensorBytes, parts, peakAt } = estimateMemory(architectureFromConfig(config), options)
    const { total, phase, op: _op, ...expected } = truth.peak
    const tolerance = total * 1e-5
    expect(Math.abs(tensorBytes - total)).toBeLessThanOrEqual(tolerance)
    for (const [part, bytes] of Object.entries(expected))
      expect(Math.abs(parts[part as keyof typeof parts] - bytes), part).toBeLessThanOrEqual(tolerance)
    expect(peakAt.phase).toBe(phase)
  })

  it('and docs/estimates.md counts its runs', () => {
    expect(PAGE).toContain(`${RECORDS.length} recorded runs`)
  })
})
