import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type Architecture, architectureFromConfig } from '../../../src/architecture/index.js'
import type { MemoryOptions } from '../../../src/estimate/index.js'

/** What was published about a run, in the words of its source. */
export interface Run {
  readonly benchmark: 'fms-acceleration' | 'qwen' | 'litgpt' | 'torchtune' | 'torchtitan'
  /** The table that it is in. */
  readonly group: string
  readonly trains: string
  readonly framework?: string
  readonly checkpoint?: string
  readonly gpu?: string
  readonly gpus?: number
  readonly batch?: number
  readonly seq?: number | string
  readonly dtype?: string
  readonly autocast?: boolean
  readonly accumulation?: number
  readonly rank?: number
  readonly targets?: string
  readonly checkpointing?: boolean
  readonly step?: string
  readonly doc?: string
}

/** A fine-tuning run that others have measured: the peak that torch or the driver reported. */
export interface MeasuredRun {
  readonly group: string
  readonly model: string
  readonly run: Run
  /** Every option that the settings and the code of that time say, if they are known. */
  readonly options?: MemoryOptions
  readonly peakBytes: number
  readonly source: string
}

const LINES = gunzipSync(readFileSync(new URL('../../fixtures/memory/measured.jsonl.gz', import.meta.url)))
  .toString('utf8')
  .trimEnd()
  .split('\n')
const [{ models }, ...runs] = LINES.map((line) => JSON.parse(line)) as [
  { readonly models: Readonly<Record<string, Readonly<Record<string, unknown>>>> },
  ...MeasuredRun[],
]

/** Every measured run. */
export const MEASURED_RUNS: readonly MeasuredRun[] = runs

const architectures = new Map(Object.entries(models).map(([name, config]) => [name, architectureFromConfig(config)]))

/** The model of a run. */
export function modelOf({ model }: MeasuredRun): Architecture {
  const found = architectures.get(model)
  if (!found) throw new Error(`no sizes of ${model}`)
  return found
}
