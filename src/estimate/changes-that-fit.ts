import { checkOptions, type OptionTable } from '../options/index.js'
import { estimateMemory } from './estimate-memory.js'
import { ForwardPassError } from './forward-pass-error.js'
import { DEFAULT_GPU, GPU_CHOICE, GPUS, type Gpu, type GpuChoice, gpuOf } from './gpus.js'
import { CHANGES, type Change, type ChangeCost } from './memory-changes.js'
import { MEMORY_OPTIONS, type MemoryOptions } from './memory-options.js'
import type { EstimableModel } from './served-model.js'

/** A run, and the GPU that it should fit on. */
export interface FittingOptions extends MemoryOptions {
  /** Default: `h100-80gb`. */
  readonly gpu?: GpuChoice
}

/** The checks for the options of `changesThatFit`. */
export const FITTING_OPTIONS: OptionTable<FittingOptions> = { ...MEMORY_OPTIONS, gpu: GPU_CHOICE }

/** A change of a run that needs less memory, estimated alone. */
export interface MemoryChange {
  /** What to change, in a few words. */
  readonly change: string
  /** What it costs. */
  readonly cost: ChangeCost
  /** The options that differ. */
  readonly options: Partial<MemoryOptions>
  /** Bytes that the run needs with this change alone, and how many it saves. */
  readonly totalBytes: number
  readonly savedBytes: number
  readonly fits: boolean
}

/** Several changes together. */
export interface CombinedChange {
  readonly changes: readonly string[]
  readonly options: Partial<MemoryOptions>
  readonly totalBytes: number
}

/** What would make a run fit. */
export interface FittingChanges {
  readonly gpu: Gpu
  /** Whether the run fits as it is. Then the lists are empty. */
  readonly fits: boolean
  readonly totalBytes: number
  /** Changes that save memory, each alone, the cheapest first. */
  readonly changes: readonly MemoryChange[]
  /** The cheapest changes that fit together, if no single one is enough. */
  readonly together?: CombinedChange
  /** The smallest known GPU that the run fits on as it is. */
  readonly largerGpu?: Gpu
}

/**
 * What would make a run fit on a GPU, the cheapest change first: what costs nothing (another implementation with the same results), then
 * time, then precision, then what is trained. Each is estimated alone. If none is enough, the cheapest are combined until
 * they are.
 *
 * @param model - an architecture, a checkpoint that was read, or a `ModelSpec`
 * @throws like `estimateMemory`
 * @example
 * ```ts
 * const { changes } = changesThatFit(architectureFromConfig(config), { method: 'full', gpu: 'l4', batchSize: 8 })
 * changes[0] // { change: 'a fused optimizer step', cost: 'nothing', savedBytes: 2471628800, … }
 * ```
 */
export function changesThatFit(model: EstimableModel, options: FittingOptions = {}): FittingChanges {
  checkOptions(options, FITTING_OPTIONS)
  const { gpu: choice = DEFAULT_GPU, ...run } = options
  const gpu = gpuOf(choice)
  const { totalBytes } = estimateMemory(model, run)
  if (totalBytes <= gpu.memoryBytes) return { gpu, fits: true, totalBytes, changes: [] }
  const bytesOf = (changed: MemoryOptions) => bytesIn(model, changed)
  const tried = CHANGES.flatMap((one) => {
    const changed = one.apply(run, bytesOf, gpu.memoryBytes)
    const bytes = changed && bytesOf(changed)
    return changed && bytes !== undefined && isWorthwhile(totalBytes - bytes, totalBytes)
      ? [{ one, changed, bytes }]
      : []
  })
  const changes = tried.map(({ one, changed, bytes }) => ({
    change: one.describe(changed),
    cost: one.cost,
    options: differing(run, changed),
    totalBytes: bytes,
    savedBytes: totalBytes - bytes,
    fits: bytes <= gpu.memoryBytes,
  }))
  const together = changes.some(({ fits }) => fits)
    ? undefined
    : combined(
        run,
        tried.map(({ one }) => one),
        bytesOf,
        { limit: gpu.memoryBytes, totalBytes },
      )
  const largerGpu = [...GPUS]
    .sort((a, b) => a.memoryBytes - b.memoryBytes)
    .find(({ memoryBytes }) => memoryBytes >= totalBytes)
  return { gpu, fits: false, totalBytes, changes, ...(together && { together }), ...(largerGpu && { largerGpu }) }
}

/** Nobody changes a run for less than half a percent. */
function isWorthwhile(savedBytes: number, totalBytes: number): boolean {
  return savedBytes > 0.005 * totalBytes
}

/** Adds one change after the other, the cheapest first, until the run fits; absent if all are not enough. */
function combined(
  run: MemoryOptions,
  all: readonly Change[],
  bytesOf: (options: MemoryOptions) => number | undefined,
  { limit, totalBytes }: { readonly limit: number; readonly totalBytes: number },
): CombinedChange | undefined {
  let [options, least] = [run, totalBytes]
  const used: string[] = []
  for (const one of all) {
    const changed = one.apply(options, bytesOf, limit)
    const bytes = changed && bytesOf(changed)
    if (!changed || bytes === undefined || !isWorthwhile(least - bytes, totalBytes)) continue
    options = changed
    least = bytes
    used.push(one.describe(changed))
    if (bytes <= limit) return { changes: used, options: differing(run, options), totalBytes: bytes }
  }
  return undefined
}

/** The bytes of a run; `undefined` if it is impossible. */
function bytesIn(model: EstimableModel, options: MemoryOptions): number | undefined {
  try {
    return estimateMemory(model, options).totalBytes
  } catch (error) {
    if (error instanceof ForwardPassError || error instanceof TypeError || error instanceof RangeError) return undefined
    throw error
  }
}

function differing(before: MemoryOptions, after: MemoryOptions): Partial<MemoryOptions> {
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => value !== before[name as keyof MemoryOptions]),
  ) as Partial<MemoryOptions>
}
