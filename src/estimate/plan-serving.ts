import { type Architecture, linearGroups, totalParameters } from '../architecture/index.js'
import { product, sum } from '../architecture/safe-integer.js'
import { checkOptions, choice, integer, type OptionTable } from '../options/index.js'
import type { ModelSpec } from '../schemas/index.js'
import { DEFAULT_GPU, GPU_CHOICE, type Gpu, type GpuChoice, gpuOf } from './gpus.js'
import { cacheElements, cacheShape } from './kv-cache.js'
import { type CheckedMemoryOptions, checkMemoryOptions } from './memory-options.js'
import { overheadBytes } from './overhead.js'
import { type ResolvedModel, resolveModel } from './resolved-model.js'
import { runMemory } from './run-memory.js'

/** Bits of one weight of a linear layer, including scales. The head and everything except linear layers keep 16 bits. */
const WEIGHT_BITS = {
  float32: 32,
  bfloat16: 16,
  float16: 16,
  /** One scale for each tensor, which is negligible. */
  fp8: 8,
  /** One float32 for each output row (Dettmers et al. 2022, arXiv:2208.07339): less than 0.1 %. */
  int8: 8,
  /** A float16 scale and four bits of zero point for each 128 weights (Frantar et al. 2022, arXiv:2210.17323). */
  int4: 4 + 20 / 128,
  /** Eight bits for each 64 weights, and a float32 for each 256 of those (Dettmers et al. 2023, arXiv:2305.14314). */
  nf4: 4 + 8 / 64 + 32 / (64 * 256),
} as const

/** How weights are stored for serving. */
export type WeightPrecision = keyof typeof WEIGHT_BITS

/** Every {@link WeightPrecision}, by its name. */
export const WEIGHT_PRECISIONS = Object.keys(WEIGHT_BITS) as readonly WeightPrecision[]

/** How the model is served, and on which GPU. */
export interface ServingOptions {
  /** Default: `h100-80gb`. */
  readonly gpu?: GpuChoice
  /** Tokens of each sequence: prompt and answer. Default: 4,096, or the model's context if that is shorter. */
  readonly contextTokens?: number
  /** Concurrent sequences. Default: 1. */
  readonly concurrency?: number
  /** How weights are stored. Default: `bfloat16`. */
  readonly precision?: WeightPrecision
  /** Bytes of one element of the cache: 2, or 1 for a cache in fp8. Default: 2. */
  readonly cacheBytes?: 1 | 2
  /** Tokens of a prompt that are processed at a time (chunked prefill). Default: 2,048. */
  readonly chunkTokens?: number
}

/** More sequences, or tokens, than anyone serves concurrently. */
const MOST = 100_000_000

/** The checks for the options of `planServing`. */
export const SERVING_OPTIONS: OptionTable<ServingOptions> = {
  gpu: GPU_CHOICE,
  contextTokens: integer(1, MOST),
  concurrency: integer(1, MOST),
  precision: choice(WEIGHT_PRECISIONS),
  cacheBytes: choice([1, 2]),
  chunkTokens: integer(1, MOST),
}

/** How much GPU memory serving a model needs, in bytes, and what fits. */
export interface ServingPlan {
  readonly gpu: Gpu
  readonly fits: boolean
  readonly totalBytes: number
  /** Free memory; negative if the model does not fit. */
  readonly headroomBytes: number
  readonly parts: {
    readonly weights: number
    readonly kvCache: number
    readonly activations: number
    readonly overhead: number
  }
  /** Weights at each precision. */
  readonly weightBytes: Readonly<Record<WeightPrecision, number>>
  /** Cache for each token of a sequence, until a sliding window is full. */
  readonly kvBytesPerToken: number
  /** Cache for each sequence, whatever its length: states of Mamba layers. */
  readonly stateBytesPerSequence: number
  /** The longest context that fits with this number of sequences, at most the model's own; 0 if nothing fits. */
  readonly largestContextTokens: number
  /** The most sequences that fit with this context; 0 if not even one fits. */
  readonly largestConcurrency: number
  readonly assumptions: readonly string[]
}

/**
 * How much memory serving needs on one GPU (weights, cache, one chunk of prefill), and the longest context and the most
 * sequences that fit.
 *
 * @param model - an architecture, or a `ModelSpec`, from which one is rebuilt
 * @throws RangeError for counts out of range and for an unknown GPU
 * @throws TypeError for an unknown option or choice
 * @example
 * ```ts
 * planServing(architectureFromConfig(config), { gpu: 'l4', precision: 'int4' }).largestContextTokens
 * ```
 */
export function planServing(model: Architecture | ModelSpec, options: ServingOptions = {}): ServingPlan {
  checkOptions(options, SERVING_OPTIONS)
  const inference = checkMemoryOptions({ method: 'inference' })
  const resolved = resolveModel(model, inference)
  const { architecture } = resolved
  const modelContext = architecture.dimensions.contextTokens ?? MOST
  const { precision = 'bfloat16', cacheBytes = 2, concurrency = 1, chunkTokens = 2048 } = options
  const contextTokens = options.contextTokens ?? Math.min(4096, modelContext)
  const gpu = gpuOf(options.gpu ?? DEFAULT_GPU)
  const shape = cacheShape(architecture)
  const weightBytes = weightsOf(architecture)
  const chunk = (tokens: number) =>
    chunkBytes(resolved, { ...inference, sequenceLength: Math.min(tokens, chunkTokens) })
  const partsOf = (tokens: number, sequences: number) => ({
    weights: weightBytes[precision],
    kvCache: Math.ceil(sequences * cacheElements(shape, tokens) * cacheBytes),
    activations: chunk(tokens),
    overhead: overheadBytes('inference'),
  })
  const totalOf = (tokens: number, sequences: number) =>
    Object.values(partsOf(tokens, sequences)).reduce((a, b) => a + b, 0)
  const parts = partsOf(contextTokens, concurrency)
  const totalBytes = totalOf(contextTokens, concurrency)
  return {
    gpu,
    fits: totalBytes <= gpu.memoryBytes,
    totalBytes,
    headroomBytes: gpu.memoryBytes - totalBytes,
    parts,
    weightBytes,
    kvBytesPerToken: shape.layers.reduce((all, { elementsPerToken }) => all + elementsPerToken, 0) * cacheBytes,
    stateBytesPerSequence: shape.stateElements * cacheBytes,
    largestContextTokens: most(modelContext, (tokens) => totalOf(tokens, concurrency) <= gpu.memoryBytes),
    largestConcurrency: most(MOST, (sequences) => totalOf(contextTokens, sequences) <= gpu.memoryBytes),
    assumptions: [...resolved.assumptions, ...assumptionsOf(architecture, chunkTokens, shape.notes)],
  }
}

function weightsOf(model: Architecture): Record<WeightPrecision, number> {
  const total = totalParameters(model)
  const linear = sum(
    [...linearGroups(model)]
      .filter(({ part }) => part !== 'head' && part !== 'embedding')
      .map(({ linear: { inFeatures, outFeatures }, count }) => product([inFeatures, outFeatures, count])),
  )
  const bytes = (bits: number) => Math.ceil((linear * bits + (total - linear) * Math.max(bits, 16)) / 8)
  const { float32, bfloat16, float16, fp8, int8, int4, nf4 } = WEIGHT_BITS
  return {
    float32: bytes(float32),
    bfloat16: bytes(bfloat16),
    float16: bytes(float16),
    fp8: bytes(fp8),
    int8: bytes(int8),
    int4: bytes(int4),
    nf4: bytes(nf4),
  }
}

/** What the prefill of one chunk needs in addition to weights and cache. */
function chunkBytes(model: ResolvedModel, options: CheckedMemoryOptions): number {
  if (!model.architecture.forward) return 0
  const { parts } = runMemory(model, options)
  return parts.activations + parts.temporary + parts.buffers
}

/** The largest number up to `limit` that passes, if all smaller ones pass; 0 if 1 does not. */
function most(limit: number, passes: (value: number) => boolean): number {
  let [low, high] = [0, limit + 1]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (passes(middle)) low = middle
    else high = middle
  }
  return low
}

function assumptionsOf({ family, forward }: Architecture, chunkTokens: number, notes: readonly string[]): string[] {
  return [
    'one GPU, and a cache without gaps between sequences',
    'linear layers except the head are stored at the precision, everything else in at least 16 bits',
    forward
      ? `prompts run ${chunkTokens.toLocaleString('en-US')} tokens at a time, one sequence after another`
      : `no forward-pass model for family ${family}: activations (some hundred MiB) are not included`,
    ...notes,
  ]
}
