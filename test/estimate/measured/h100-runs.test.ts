import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../../src/architecture/index.js'
import { estimateMemory } from '../../../src/estimate/index.js'
import { errorsOf, tableRow } from './errors.js'
import { H100_RUNS, h100GroupOf, optionsOf } from './gpu-runs.js'

const PAGE = readFileSync(new URL('../../../docs/estimates.md', import.meta.url), 'utf8')
const SECTION = PAGE.split('### On an H100\n')[1]?.split('\n#')[0] ?? ''

const estimated = H100_RUNS.map((run) => {
  const { tensorBytes, assumptions } = estimateMemory(architectureFromConfig(run.config), optionsOf(run))
  const error = Math.abs((tensorBytes + run.gpu.workspaceBytes) / run.gpu.peakBytes - 1)
  return { ...run, error, assumptions, group: h100GroupOf(run) }
})
const groups = [...new Set(estimated.map(({ group }) => group))].map((group) =>
  errorsOf(
    group,
    estimated.filter((one) => one.group === group).map(({ error }) => error),
  ),
)

/** What the assumptions say of groups that differ. */
const SAID = new Map([['ModernBERT, compiled', 'ModernBERT is not compiled']])

describe('estimateMemory agrees with torch on an H100', () => {
  it.each(groups.filter(({ group }) => !SAID.has(group) && group !== 'encoders, BART and T5'))(
    'for $group, to 0.5 % at the median and 4.3 % at most',
    ({ median, largest }) => {
      expect(median).toBeLessThanOrEqual(0.005)
      expect(largest).toBeLessThanOrEqual(0.043)
    },
  )

  it.each(groups)('for $group as docs/estimates.md says', (group) => {
    expect(SECTION).toContain(tableRow(group))
  })

  it.each([...SAID])('for %s only with what its assumptions say', (group, sentence) => {
    for (const { assumptions } of estimated.filter((one) => one.group === group))
      expect(assumptions.some((one) => one.includes(sentence))).toBe(true)
  })

  it('counts its runs as docs/estimates.md does', () => {
    expect(SECTION).toContain(`${H100_RUNS.length} runs on an NVIDIA H100`)
  })
})
