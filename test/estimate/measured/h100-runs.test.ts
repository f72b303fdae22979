import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../../src/architecture/index.js'
import { estimateMemory } from '../../../src/estimate/index.js'
import { errorsOf, tableRow } from './errors.js'
import { allocatedBytes, H100_RUNS, h100GroupOf, optionsOf } from './gpu-runs.js'

const PAGE = readFileSync(new URL('../../../docs/estimates.md', import.meta.url), 'utf8')
const SECTION = PAGE.split('### On an H100\n')[1]?.split('\n#')[0] ?? ''

const estimated = H100_RUNS.map((run) => {
  const estimate = estimateMemory(architectureFromConfig(run.config), optionsOf(run))
  const { assumptions } = estimate
  const error = Math.abs((allocatedBytes(estimate, run.options) + run.gpu.workspaceBytes) / run.gpu.peakBytes - 1)
  return { ...run, error, assumptions, group: h100GroupOf(run) }
})
/** The errors of each group of these runs. */
function groupsOf(runs: typeof estimated) {
  return [...new Set(runs.map(({ group }) => group))].map((group) =>
    errorsOf(
      group,
      runs.filter((one) => one.group === group).map(({ error }) => error),
    ),
  )
}

/** The run that docs/estimates.md names: on a GPU, torch adds gradients of GPT-2's written-out GELU in place. */
const NAMED = 'trl gpt2-medium dpo full b4 s1024'
const groups = groupsOf(estimated)
const unnamed = groupsOf(estimated.filter(({ id }) => id !== NAMED))

/** What the assumptions say of groups that differ. */
const SAID = new Map([['ModernBERT, compiled', 'ModernBERT is not compiled']])

describe('estimateMemory agrees with torch on an H100', () => {
  it.each(unnamed.filter(({ group }) => !SAID.has(group) && group !== 'encoders, BART and T5'))(
    'for $group, to 0.5 % at the median and 4 % at most',
    ({ median, largest }) => {
      expect(median).toBeLessThanOrEqual(0.005)
      expect(largest).toBeLessThanOrEqual(0.04)
    },
  )

  it('is above the one run that docs/estimates.md names, by as much as it says', () => {
    const [run] = estimated.filter(({ id }) => id === NAMED)
    expect(SECTION).toContain(`DPO on GPT-2 needed ${(100 * (run?.error ?? 0)).toFixed(1)} % less`)
  })

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
