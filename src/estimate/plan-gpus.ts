import type { Architecture } from '../architecture/index.js'
import { checkOptions, integer, type OptionTable } from '../options/index.js'
import type { ModelSpec } from '../schemas/index.js'
import { answeredOfSpec } from './architecture-of-spec.js'
import { estimateMemory, leastStaticMemory, type MemoryEstimate } from './estimate-memory.js'
import { DEFAULT_GPU, GPU_CHOICE, type Gpu, type GpuChoice, gpuOf } from './gpus.js'
import { type CheckedMemoryOptions, checkMemoryOptions, MEMORY_OPTIONS, type MemoryOptions } from './memory-options.js'
import { overheadBytes } from './overhead.js'
import { layoutsOf } from './shard/layouts.js'
import { profileStep, type StepProfile } from './shard/profile.js'
import { type Layout, shardedEstimate } from './sharding.js'

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

/** A number of GPUs that is too small, and by how much. */
export interface TooFew {
  readonly gpus: number
  /** The layout of this many that needs least, and its bytes a GPU. */
  readonly layout: Layout
  readonly neededBytes: number
  readonly availableBytes: number
  /** The same in a sentence. */
  readonly reason: string
}

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
  if (!('root' in model)) return answeredOfSpec(model, (architecture) => planGpus(architecture, options))
  const { gpu: _, maxGpus: __, ...memory } = options
  const { gpu, gpus, fitting, tooFew } = fewestGpus(model, options)
  if (gpus === undefined || !fitting) return { gpu, fits: false, tooFew, assumptions: SEARCH }
  const { layout, estimate } = fitting
  const fits = (batchSize: number) =>
    estimatorOf(model, checkMemoryOptions({ ...memory, batchSize })).of(layout).totalBytes <= gpu.memoryBytes
  return {
    gpu,
    fits: true,
    gpus,
    layout,
    estimate,
    headroomBytes: gpu.memoryBytes - estimate.totalBytes,
    largestBatchSize: largest(memory.batchSize ?? 1, fits),
    tooFew,
    assumptions: [...SEARCH, ...estimate.assumptions],
  }
}

const SEARCH: readonly string[] = [
  'counts of GPUs: each up to 8, then nodes of 8 doubled; every GPU is alike',
  'a run fits where tensors, CUDA context and workspaces are within the memory that the driver reports; fragmentation is not in it',
]

/** What the search for the fewest GPUs comes to. */
export interface Search {
  readonly gpu: Gpu
  /** Absent, as `fitting` is, where `maxGpus` are not enough. */
  readonly gpus?: number
  readonly fitting?: Candidate
  readonly tooFew: readonly TooFew[]
}

/**
 * The search alone, without the largest micro-batch, which takes longer than all the rest.
 *
 * @param isExplained - whether counts are estimated too that parameters, gradients and optimizer states alone overfill, to say
 *   what they would need
 */
export function fewestGpus(model: Architecture, options: PlanOptions, isExplained = true): Search {
  const { gpu: choice = DEFAULT_GPU, maxGpus = 1024, ...memory } = options
  const gpu = gpuOf(choice)
  const checked = checkMemoryOptions(memory)
  const estimator = estimatorOf(model, checked)
  const tooFew: TooFew[] = []
  const least = isExplained ? 1 : leastStaticMemory(model, checked) / gpu.memoryBytes
  for (const gpus of countsUpTo(maxGpus)) {
    if (gpus < least) continue
    const tried: Candidate[] = []
    for (const layout of layoutsOf(model, gpus, estimator.method)) {
      const candidate = { layout, estimate: estimator.of(layout) }
      if (candidate.estimate.totalBytes <= gpu.memoryBytes) return { gpu, gpus, fitting: candidate, tooFew }
      tried.push(candidate)
    }
    const best = tried.reduce((a, b) => (b.estimate.totalBytes < a.estimate.totalBytes ? b : a))
    tooFew.push(shortage(gpu, gpus, best.layout, best.estimate.totalBytes))
  }
  return { gpu, tooFew }
}

/** A way to divide a model, and what a GPU holds then. */
export interface Candidate {
  readonly layout: Layout
  readonly estimate: MemoryEstimate
}

function shortage(gpu: Gpu, gpus: number, layout: Layout, neededBytes: number): TooFew {
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  return {
    gpus,
    layout,
    neededBytes,
    availableBytes: gpu.memoryBytes,
    reason: `on ${gpus} GPU${gpus === 1 ? '' : 's'} each needs ${gib(neededBytes)}, and has ${gib(gpu.memoryBytes)}`,
  }
}

/** Estimates of one run in any layout; what does not depend on the layout is worked out once. */
function estimatorOf(model: Architecture, options: CheckedMemoryOptions) {
  const { method } = options
  let profile: StepProfile | undefined
  const of = (layout: Layout): MemoryEstimate => {
    if (method === 'inference') {
      const whole = estimateMemory(model, { ...options, world: 1 })
      return ranksOf(layout) === 1 ? whole : dividedServing(whole, layout)
    }
    if (layout.tensor * layout.pipeline * layout.expert === 1)
      return estimateMemory(model, { ...options, world: layout.data })
    profile ??= profileStep(model, options)
    return shardedEstimate(profile, layout, overheadBytes(method))
  }
  return { method, of }
}

/** Serving on several GPUs: weights and cache in equal parts, and by tensor parallelism activations too. */
function dividedServing(whole: MemoryEstimate, layout: Layout): MemoryEstimate {
  const ranks = ranksOf(layout)
  const { parts } = whole
  const divided = {
    ...parts,
    parameters: Math.ceil(parts.parameters / ranks),
    kvCache: Math.ceil(parts.kvCache / ranks),
    activations: Math.ceil(parts.activations / layout.tensor),
    temporary: Math.ceil(parts.temporary / layout.tensor),
  }
  const tensorBytes = Object.values(divided).reduce((sum, bytes) => sum + bytes, 0)
  return {
    ...whole,
    parts: divided,
    tensorBytes,
    totalBytes: tensorBytes + whole.overheadBytes,
    assumptions: [...whole.assumptions, `weights and cache in ${ranks} equal parts`],
  }
}

function ranksOf({ data, tensor, pipeline }: Layout): number {
  return data * tensor * pipeline
}

/** One to eight, then 16, 32, 64, … */
function countsUpTo(most: number): number[] {
  const counts: number[] = []
  for (let gpus = 1; gpus <= most; gpus = gpus < 8 ? gpus + 1 : gpus * 2) counts.push(gpus)
  return counts
}

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
