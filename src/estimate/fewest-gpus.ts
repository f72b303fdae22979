import type { CheckedMemoryOptions } from './checked-memory-options.js'
import type { Gpu } from './gpus.js'
import { layoutMemory } from './layout-memory.js'
import type { MemoryEstimate } from './memory-estimate.js'
import { methodOf } from './methods.js'
import { refusedPreferences } from './refused-preferences.js'
import type { ResolvedModel } from './resolved-model.js'
import { routerLogitsOf } from './router-logits.js'
import { leastStaticMemory } from './run-memory.js'
import type { Layout } from './shard/layout.js'
import { layoutsOf } from './shard/layouts.js'
import { refusedLayout } from './shard/refused-layout.js'

/** A number of GPUs that is too small, and what it would need. */
export interface TooFew {
  readonly gpus: number
  /**
   * The layout of this many GPUs that needs least memory, and the bytes that each GPU needs. Where parameters, gradients and optimizer states
   * alone are more than all GPUs have, no other layout than data sharding is tried.
   */
  readonly layout: Layout
  readonly neededBytes: number
  readonly availableBytes: number
  /** The reason, in a sentence. */
  readonly reason: string
}

/** A way to divide a model, and the memory that each GPU needs for it. */
export interface Candidate {
  readonly layout: Layout
  readonly estimate: MemoryEstimate
}

/** The result of the search for the fewest GPUs. */
export interface Search {
  /** Absent, like `fitting`, if `maxGpus` are not enough. */
  readonly gpus?: number
  readonly fitting?: Candidate
  readonly tooFew: readonly TooFew[]
}

/** The input of the search for the fewest GPUs. */
export interface SearchLimits {
  readonly gpu: Gpu
  readonly maxGpus: number
  /**
   * Whether to estimate also the counts on which parameters, gradients and optimizer states alone do not fit, to report what
   * they would need.
   */
  readonly isExplained: boolean
}

/** Tries counts of GPUs from one upwards, with every layout for each count, until one fits. */
export function fewestGpus(model: ResolvedModel, options: CheckedMemoryOptions, limits: SearchLimits): Search {
  const { gpu, maxGpus, isExplained } = limits
  const memory = layoutMemory(model, options)
  const trains = methodOf(options.method).trains !== 'nothing'
  const tooFew: TooFew[] = []
  const fewest = options.sharding.offload?.length ? 1 : leastStaticMemory(model, options) / gpu.memoryBytes
  for (const gpus of countsUpTo(maxGpus)) {
    if (gpus < fewest && !isExplained) continue
    const layouts = possible(layoutsOf(model.architecture, gpus, options.method), model, options)
    let best: Candidate | undefined
    for (const layout of gpus < fewest ? layouts.slice(0, 1) : layouts) {
      if (trains && refusedLayout(model, options, layout)) continue
      const estimate = best ? memory.below(best.estimate.totalBytes, layout) : memory.of(layout)
      if (!estimate) continue
      best = { layout, estimate }
      if (estimate.totalBytes <= gpu.memoryBytes) return { gpus, fitting: best, tooFew }
    }
    if (best) tooFew.push(shortage(gpu, gpus, best.layout, best.estimate.totalBytes))
  }
  return { tooFew }
}

/**
 * The loss of routers, virtual tokens, images, sound, layers and embedders for them, packages of kernels, adapters on whole parameters and parts of
 * the weights are estimated with ranks that share data alone; methods that learn from preferences with tensor-parallel ranks and experts on ranks too.
 */
function possible(
  layouts: readonly Layout[],
  { architecture, adapters, senses }: ResolvedModel,
  options: CheckedMemoryOptions,
): readonly Layout[] {
  const { finetuning, images, audioSeconds, kernelPackages, method } = options
  const trains = methodOf(method).trains !== 'nothing'
  const sharesData =
    adapters.hasParameters ||
    (trains && routerLogitsOf(architecture, options) !== 'no') ||
    finetuning?.tokens ||
    finetuning?.part ||
    architecture.forward?.layersForImages?.length ||
    senses.length > 0 ||
    images > 0 ||
    audioSeconds > 0 ||
    kernelPackages.length > 0
  if (sharesData) return layouts.slice(0, 1)
  return finetuning ? layouts.filter((layout) => refusedPreferences(finetuning, layout) === undefined) : layouts
}

function shortage(gpu: Gpu, gpus: number, layout: Layout, neededBytes: number): TooFew {
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  return {
    gpus,
    layout,
    neededBytes,
    availableBytes: gpu.memoryBytes,
    reason: `on ${gpus} GPU${gpus === 1 ? '' : 's'}, each needs ${gib(neededBytes)} but has ${gib(gpu.memoryBytes)}`,
  }
}

/** One to eight, then 16, 32, 64, … */
function countsUpTo(most: number): number[] {
  const counts: number[] = []
  for (let gpus = 1; gpus <= most; gpus = gpus < 8 ? gpus + 1 : gpus * 2) counts.push(gpus)
  return counts
}
