import { checkOptions } from '../../options/index.js'
import { DEFAULT_GPU, GPUS, type Gpu, gpuOf } from '../gpus.js'
import { understoodModel } from '../resolved-model.js'
import type { EstimableModel } from '../served-model.js'
import { cacheShape } from './cache/cache-blocks.js'
import { changesThatFit } from './changes.js'
import { detailedPlans, type PlanFor, type Served } from './detailed-plan.js'
import { checkEngineOptions } from './engine-options.js'
import { SERVING_OPTIONS, type ServingOptions } from './options.js'
import type { ServingPlan } from './serving-plan.js'

/**
 * How much memory an engine needs to serve a model, and what fits: weights, cache, activations and CUDA graphs on one GPU, the cache's tokens
 * as the engine logs them, the most sequences, the longest context, and the smallest GPU.
 *
 * @param model - an architecture, a checkpoint that was read, or a `ModelSpec`, from which an architecture is rebuilt
 * @throws RangeError for counts out of range, an unknown GPU, an unknown version of the engine, and GPUs that cannot divide the model
 * @throws TypeError for an unknown option or choice
 * @example
 * ```ts
 * planServing(architectureFromConfig(config), { engine: 'vllm', gpu: 'l4', precision: 'int4' }).largestContextTokens
 * ```
 */
export function planServing(model: EstimableModel, options: ServingOptions = {}): ServingPlan {
  checkOptions(options, SERVING_OPTIONS)
  const understood = understoodModel(model)
  checkEngineOptions(options, understood.architecture)
  const served: Served = { understood, shape: cacheShape(understood.architecture) }
  const gpu = gpuOf(options.gpu ?? DEFAULT_GPU)
  const planFor = detailedPlans(served, options)
  const { plan } = planFor(gpu)
  const others = GPUS.filter(({ name }) => name !== gpu.name).map((other) => planFor(other).plan)
  const bySize = [plan, ...others].sort((a, b) => a.gpu.memoryBytes - b.gpu.memoryBytes)
  const smallest = bySize.find(({ fits }) => fits)
  const tooSmall = bySize.filter(({ fits }) => !fits).map((other) => ({ gpu: other.gpu.name, reason: reasonOf(other) }))
  const smallestShare = smallestUtilization(planFor, gpu)
  return {
    ...plan,
    ...(smallestShare !== undefined && { smallestMemoryUtilization: smallestShare }),
    ...(smallest && { smallestGpu: smallest.gpu.name }),
    tooSmall,
    changes: plan.fits
      ? []
      : changesThatFit((changed) => tried(served, { ...options, ...changed }, gpu), plan, smallest),
  }
}

/** A plan for other options; `undefined` where they are impossible, such as GPUs that do not divide the heads. */
function tried(served: Served, options: ServingOptions, gpu: Gpu): ServingPlan | undefined {
  try {
    return detailedPlans(served, options)(gpu).plan
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Why a plan does not fit, in a sentence. */
function reasonOf({ gpu, weightBytes, cacheBytes, headroomBytes, concurrency, contextTokens }: ServingPlan): string {
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  if (weightBytes > gpu.memoryBytes) return `weights of ${gib(weightBytes)} do not fit into ${gib(gpu.memoryBytes)}`
  if (cacheBytes < 0) return `weights, activations and buffers are ${gib(-cacheBytes)} too large`
  const sequences = concurrency === 1 ? 'one sequence' : `${concurrency} sequences`
  return `the cache lacks ${gib(-headroomBytes)} for ${sequences} of ${contextTokens.toLocaleString('en-US')} tokens`
}

/** The smallest share with which the sequences fit, in steps of a hundredth. */
function smallestUtilization(planFor: PlanFor, gpu: Gpu): number | undefined {
  const planWith = (hundredths: number) => planFor(gpu, hundredths / 100)
  let [low, high] = [1, 100]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (planWith(middle).spareBytes >= 0) high = middle
    else low = middle + 1
  }
  // Too large a share fails as well where activations lie outside it; then none is enough.
  return planWith(low).plan.fits ? low / 100 : undefined
}
