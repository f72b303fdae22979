import type { Architecture } from '../architecture/index.js'
import { checkOptions, integer, type OptionTable } from '../options/index.js'
import type { ModelSpec } from '../schemas/index.js'
import { fewestGpus, type TooFew } from './fewest-gpus.js'
import { DEFAULT_GPU, GPU_CHOICE, type Gpu, type GpuChoice, gpuOf } from './gpus.js'
import { layoutMemory } from './layout-memory.js'
import type { MemoryEstimate } from './memory-estimate.js'
import { checkMemoryOptions, MEMORY_OPTIONS, type MemoryOptions } from './memory-options.js'
import { resolveModel } from './resolved-model.js'
import type { Layout } from './sharding.js'

/** What is to run, and on what. */
export interface PlanOptions extends Omit<MemoryOptions, 'world'> {
  /** Default: `h100-80gb`. */
  readonly gpu?: GpuChoice
  /** The most GPUs to think of. Default: 1,024. */
  readonly maxGpus?: number
}

const { world: _, ...WITHOUT_WORLD } = MEMORY_OPTIONS

/** What the options of `planGpus` may be. */
export const PLAN_OPTIONS: OptionTable<PlanOptions> = { ...WITHOUT_WORLD, gpu: GPU_CHOICE, maxGpus: integer(1) }

/** The fewest GPUs that a run fits on. */
export interface GpuPlan {
  readonly gpu: Gpu
  /** Whether it fits on `maxGpus` at all; where not, `gpus` and what follows are absent. */
  readonly fits: boolean
  readonly gpus?: number
  readonly layout?: Layout
  /** Bytes of one GPU, by part. */
  readonly estimate?: MemoryEstimate
  /** Bytes of a GPU that stay free. */
  readonly headroomBytes?: number
  /** The largest micro-batch that still fits on as many GPUs in this layout. */
  readonly largestBatchSize?: number
  /** Every smaller number that was tried, and why it is too small. */
  readonly tooFew: readonly TooFew[]
  readonly assumptions: readonly string[]
}

/**
 * The fewest GPUs that a run fits on, and how they divide the model.
 *
 * Counts are tried from one upwards: each up to a node of eight, then whole nodes, doubling. On each count data sharding (FSDP) comes first;
 * where that does not fit, tensor parallelism, expert parallelism for a mixture, and pipeline stages are tried, in the order
 * of what they cost in speed. `batchSize` is one rank's own micro-batch.
 *
 * @param model - an architecture, or a `ModelSpec`, from which one is rebuilt
 * @throws RangeError for counts that cannot be, a GPU that is not known, and a family without a described forward pass
 * @throws TypeError for an unknown option or choice
 * @example
 * ```ts
 * const { gpus, layout } = planGpus(architectureFromConfig(config), { method: 'full', gpu: 'h100-80gb' })
 * ```
 */
export function planGpus(model: Architecture | ModelSpec, options: PlanOptions = {}): GpuPlan {
  checkOptions(options, PLAN_OPTIONS)
  const { gpu: choice = DEFAULT_GPU, maxGpus = MOST_GPUS, ...memory } = options
  const gpu = gpuOf(choice)
  const checked = checkMemoryOptions(memory)
  const resolved = resolveModel(model, checked)
  const { gpus, fitting, tooFew } = fewestGpus(resolved, checked, { gpu, maxGpus, isExplained: true })
  const assumptions = [...resolved.assumptions, ...SEARCH]
  if (gpus === undefined || !fitting) return { gpu, fits: false, tooFew, assumptions }
  const { layout, estimate } = fitting
  const fits = (batchSize: number) =>
    layoutMemory(resolved, { ...checked, batchSize })(layout).totalBytes <= gpu.memoryBytes
  return {
    gpu,
    fits: true,
    gpus,
    layout,
    estimate,
    headroomBytes: gpu.memoryBytes - estimate.totalBytes,
    largestBatchSize: largest(checked.batchSize, fits),
    tooFew,
    assumptions: [...assumptions, ...estimate.assumptions],
  }
}

const SEARCH: readonly string[] = [
  'counts of GPUs: each up to 8, then nodes of 8 doubled; every GPU is alike',
  'a run fits where tensors, CUDA context and workspaces are within the memory that the driver reports; fragmentation is not in it',
]

/** The most GPUs to think of where nothing is said. */
const MOST_GPUS = 1024

/** The largest number from `known` up that passes, when all smaller ones do: doubled, then halved in. */
function largest(known: number, passes: (value: number) => boolean): number {
  let [low, high] = [known, known * 2]
  while (high < MOST_SEQUENCES && passes(high)) [low, high] = [high, high * 2]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (passes(middle)) low = middle
    else high = middle
  }
  return low
}

/** Where the search for a larger micro-batch ends. */
const MOST_SEQUENCES = 1_000_000
