import { checkOptions, integer, type OptionTable } from '../options/index.js'
import { checkRun } from './checked-run.js'
import { fewestGpus, type TooFew } from './fewest-gpus.js'
import { DEFAULT_GPU, GPU_CHOICE, type Gpu, type GpuChoice, gpuOf } from './gpus.js'
import { largestFitting } from './largest-batch.js'
import { layoutMemory } from './layout-memory.js'
import type { MemoryEstimate } from './memory-estimate.js'
import { MEMORY_OPTIONS, type MemoryOptions } from './memory-options.js'
import { sayingPreset } from './presets/saying-preset.js'
import type { EstimableModel } from './served-model.js'
import type { Layout } from './shard/layout.js'
import { unusedOptions } from './unused-options.js'

/** What to run, and on which GPU. */
export interface PlanOptions extends Omit<MemoryOptions, 'world'> {
  /** Default: `h100-80gb`. */
  readonly gpu?: GpuChoice
  /** The largest number of GPUs to try. Default: 1,024. */
  readonly maxGpus?: number
}

const { world: _, ...WITHOUT_WORLD } = MEMORY_OPTIONS

/** The checks for the options of `planGpus`. */
export const PLAN_OPTIONS: OptionTable<PlanOptions> = { ...WITHOUT_WORLD, gpu: GPU_CHOICE, maxGpus: integer(1) }

/** The fewest GPUs that a run fits on. */
export interface GpuPlan {
  readonly gpu: Gpu
  /** Whether the run fits on `maxGpus`. If not, `gpus` and the fields after it are absent. */
  readonly fits: boolean
  readonly gpus?: number
  readonly layout?: Layout
  /** Bytes on one GPU, by part. */
  readonly estimate?: MemoryEstimate
  /** Free bytes on each GPU. */
  readonly headroomBytes?: number
  /** The largest micro-batch that still fits with this number of GPUs and this layout. */
  readonly largestBatchSize?: number
  /** Every smaller number of GPUs that was tried, and why it is too small. */
  readonly tooFew: readonly TooFew[]
  readonly assumptions: readonly string[]
}

/**
 * The fewest GPUs that a run fits on, and how they divide the model.
 *
 * It tries every count from 1 to 8 (a node), then 16, 32, 64 and so on. For each count it tries data sharding (FSDP) first. If
 * that does not fit, it tries expert parallelism (for mixtures of experts), tensor parallelism and pipeline stages.
 * `batchSize` is the micro-batch of one rank.
 *
 * @param model - an architecture, a checkpoint that was read, or a `ModelSpec`, from which an architecture is rebuilt
 * @throws RangeError for counts out of range, an unknown GPU, and a family without a forward-pass model
 * @throws TypeError for an unknown option or choice, and for degrees of `layout`
 * @example
 * ```ts
 * const { gpus, layout } = planGpus(architectureFromConfig(config), { method: 'full', gpu: 'h100-80gb' })
 * ```
 */
export function planGpus(model: EstimableModel, options: PlanOptions = {}): GpuPlan {
  checkOptions(options, PLAN_OPTIONS)
  return sayingPreset(options, () => planned(model, options))
}

function planned(model: EstimableModel, options: PlanOptions): GpuPlan {
  const { gpu: choice = DEFAULT_GPU, maxGpus = MOST_GPUS, ...memory } = options
  refuseDegrees(options)
  const gpu = gpuOf(choice)
  const { checked, resolved } = checkRun(model, memory)
  const { gpus, fitting, tooFew } = fewestGpus(resolved, checked, { gpu, maxGpus, isExplained: true })
  const assumptions = [...unusedOptions(memory), ...resolved.assumptions, ...SEARCH]
  if (gpus === undefined || !fitting) return { gpu, fits: false, tooFew, assumptions }
  const { layout, estimate } = fitting
  const memoryOf = (batchSize: number) => layoutMemory(resolved, { ...checked, batchSize })
  const bytesOf = (batchSize: number) =>
    batchSize === checked.batchSize ? estimate.totalBytes : memoryOf(batchSize).of(layout).totalBytes
  const fittingBytes = (batchSize: number) => memoryOf(batchSize).below(gpu.memoryBytes + 1, layout)?.totalBytes
  return {
    gpu,
    fits: true,
    gpus,
    layout,
    estimate,
    headroomBytes: gpu.memoryBytes - estimate.totalBytes,
    largestBatchSize: largestFitting(checked.batchSize, gpu.memoryBytes, bytesOf, fittingBytes),
    tooFew,
    assumptions: [...assumptions, ...estimate.assumptions, ...unusedBeside(layout, memory)],
  }
}

/** The degrees are what is searched; context parallelism is not among them. */
function refuseDegrees({ layout = {} }: PlanOptions): void {
  const given = (['tensor', 'pipeline', 'context', 'expert'] as const).filter((name) => layout[name] !== undefined)
  if (given.length === 0) return
  throw new TypeError(
    `\`layout.${given[0]}\` cannot be given: planGpus searches for a layout. For given degrees use estimateMemory`,
  )
}

/** Beside stages ranks are taken to share parameters as FSDP2 does by default, whatever the strategy is. */
function unusedBeside({ pipeline }: Layout, { sharding }: Omit<MemoryOptions, 'world'>): string[] {
  const isFollowed = pipeline === 1 || sharding?.strategy === 'fsdp2' || sharding?.strategy === 'hsdp'
  return sharding === undefined || isFollowed ? [] : ['`sharding` has no effect on this layout: fsdp2 is assumed']
}

const SEARCH: readonly string[] = [
  'counts of GPUs are 1 to 8, then 16, 32, 64 and so on; all GPUs are the same',
  'a run fits if tensors, CUDA context and workspaces fit into the memory that the driver reports; fragmentation is not included',
]

/** The default of `maxGpus`. */
const MOST_GPUS = 1024
