import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../../src/architecture/index.js'
import { estimateMemory, ForwardPassError } from '../../../src/estimate/index.js'
import { errorsOf, tableRow } from './errors.js'
import { allocatedBytes, CARD_BYTES, GPU_RUNS, type GpuRun, groupOf, optionsOf } from './gpu-runs.js'

const PAGE = readFileSync(new URL('../../../docs/estimates.md', import.meta.url), 'utf8')
const SECTION = PAGE.split('### On an H200\n')[1]?.split('\n#')[0] ?? ''

const estimated = GPU_RUNS.flatMap((run) => {
  const estimate = estimateOf(run)
  return estimate ? [{ ...run, group: groupOf(run), bytes: allocatedBytes(estimate, run.options) }] : []
})
const ran = estimated.filter(({ gpu }) => !gpu.outOfMemory)
const groups = [...new Set(ran.map(({ group }) => group))].map(
  (name) => [name, ran.filter(({ group }) => group === name)] as const,
)
const errors = groups.map(([group, runs]) =>
  errorsOf(
    group,
    runs.map(({ bytes, gpu }) => Math.abs((bytes + gpu.workspaceBytes) / gpu.peakBytes - 1)),
  ),
)

/** What depends on how transformers 5 computes experts, and what torch computes for Falcon, is said in the assumptions. */
const SAID = new Map([
  ['mixtures of experts', 'experts compute as in transformers 4.57'],
  ['Falcon with one key-value head', "torch's own attention keeps all scores"],
])

describe('estimateMemory agrees with torch on an H200', () => {
  it.each(errors.filter(({ group }) => !SAID.has(group)))(
    'for $group, to 0.2 % at the median and 3 % at most',
    ({ median, largest }) => {
      expect(median).toBeLessThanOrEqual(0.002)
      expect(largest).toBeLessThanOrEqual(0.03)
    },
  )

  it.each(errors)('for $group as docs/estimates.md says', (group) => {
    expect(SECTION).toContain(tableRow(group))
  })

  it.each([...SAID])('for %s only with what its assumptions say', (group, sentence) => {
    for (const run of estimated.filter((one) => one.group === group)) {
      const { assumptions } = estimateMemory(architectureFromConfig(run.config), optionsOf(run))
      expect(assumptions.some((one) => one.includes(sentence))).toBe(true)
    }
  })
})

it('says of 97 % of the runs rightly whether they fit on the card', () => {
  const known = estimated.filter(({ group }) => !SAID.has(group))
  const right = known.filter(({ bytes, gpu: { contextBytes = 0, workspaceBytes, outOfMemory } }) => {
    const fits = bytes + contextBytes + workspaceBytes <= CARD_BYTES
    return fits !== (outOfMemory ?? false)
  })
  expect(right.length / known.length).toBeGreaterThanOrEqual(0.97)
  expect(SECTION).toContain(`right for ${right.length} of ${known.length}`)
})

it('counts as docs/estimates.md says how much more than its tensors the allocator needs', () => {
  const needed = GPU_RUNS.flatMap(({ gpu: { sufficesAt } }) => sufficesAt ?? []).sort((a, b) => a - b)
  const percent = (share: number) => `${Math.round(100 * ((needed[Math.ceil(needed.length * share) - 1] ?? 0) - 1))} %`
  expect(SECTION.replaceAll('\n', ' ')).toContain(
    `In ${needed.length} of the runs the allocator was given less and less: it needed ${percent(0.5)} more than the tensors at the median, ${percent(0.9)} in nine of ten`,
  )
})

function estimateOf(run: GpuRun) {
  try {
    return estimateMemory(architectureFromConfig(run.config), optionsOf(run))
  } catch (error) {
    if (error instanceof ForwardPassError) return undefined
    throw error
  }
}
