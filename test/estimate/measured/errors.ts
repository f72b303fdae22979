import { CUDA_CONTEXT_BYTES, estimateMemory, type MemoryOptions } from '../../../src/estimate/index.js'
import { type MeasuredRun, modelOf } from './measured-runs.js'

/** The errors of a group of runs, without their signs. */
export interface GroupErrors {
  readonly group: string
  readonly runs: number
  readonly median: number
  readonly nineInTen: number
  readonly largest: number
}

/** The errors by group, for the runs that have options. torch's peak has all of the overhead except the CUDA context. */
export function errorsByGroup(
  runs: readonly MeasuredRun[],
  optionsOf: (run: MeasuredRun) => MemoryOptions | undefined,
): readonly GroupErrors[] {
  const errors = new Map<string, number[]>()
  for (const run of runs) {
    const options = optionsOf(run)
    if (!options) continue
    const { totalBytes } = estimateMemory(modelOf(run), options)
    const off = Math.abs((totalBytes - CUDA_CONTEXT_BYTES) / run.peakBytes - 1)
    errors.set(run.group, [...(errors.get(run.group) ?? []), off])
  }
  return [...errors].map(([group, all]) => errorsOf(group, all))
}

/** The errors of a group. */
export function errorsOf(group: string, errors: readonly number[]): GroupErrors {
  const sorted = errors.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? 1
  return { group, runs: sorted.length, median: at(0.5), nineInTen: at(0.9), largest: at(1) }
}

/** A row of the table in docs/estimates.md. */
export function tableRow({ group, runs, median, nineInTen, largest }: GroupErrors): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`
  return `| ${group} | ${runs} | ${percent(median)} | ${percent(nineInTen)} | ${percent(largest)} |`
}
