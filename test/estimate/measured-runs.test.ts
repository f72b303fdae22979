import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { CUBLAS_WORKSPACE_BYTES, estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'

/** A fine-tuning run that others have measured: torch's own peak on an A100, published with its settings. */
interface MeasuredRun {
  readonly group: string
  readonly model: string
  readonly options: MemoryOptions
  readonly peakBytes: number
  readonly source: string
}

const LINES = gunzipSync(readFileSync(new URL('../fixtures/memory/measured.jsonl.gz', import.meta.url)))
  .toString('utf8')
  .trimEnd()
  .split('\n')
const [{ models }, ...RUNS] = LINES.map((line) => JSON.parse(line)) as [
  { readonly models: Readonly<Record<string, Readonly<Record<string, unknown>>>> },
  ...MeasuredRun[],
]
const PAGE = readFileSync(new URL('../../docs/estimates.md', import.meta.url), 'utf8')

/** The errors of each group, without their signs, smallest first. torch's peak has both workspaces of cuBLAS. */
const errors = new Map<string, number[]>()
for (const { group, model, options, peakBytes } of RUNS) {
  const { tensorBytes } = estimateMemory(architectureFromConfig(models[model] ?? {}), options)
  const off = Math.abs((tensorBytes + 2 * CUBLAS_WORKSPACE_BYTES) / peakBytes - 1)
  errors.set(
    group,
    [...(errors.get(group) ?? []), off].sort((a, b) => a - b),
  )
}
const at = (sorted: readonly number[], share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? 1
const percent = (share: number) => `${(100 * share).toFixed(2)} %`

describe('estimateMemory agrees with measured runs', () => {
  it.each([...errors].filter(([group]) => group === 'transformers, one GPU'))('of %s', (_, sorted) => {
    expect(at(sorted, 0.5)).toBeLessThanOrEqual(0.015)
    expect(at(sorted, 0.9)).toBeLessThanOrEqual(0.04)
  })

  it.each([...errors])('of %s, to 5 % at the median and 12 % for nine of ten', (_, sorted) => {
    expect(at(sorted, 0.5)).toBeLessThanOrEqual(0.05)
    expect(at(sorted, 0.9)).toBeLessThanOrEqual(0.12)
  })

  it.each([...errors])('of %s as docs/estimates.md says', (group, sorted) => {
    const row = `| ${group} | ${sorted.length} | ${percent(at(sorted, 0.5))} | ${percent(at(sorted, 0.9))} | ${percent(at(sorted, 1))} |`
    expect(PAGE).toContain(row)
  })
})
