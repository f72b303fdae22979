import { type Architecture, isTower, parametersByPart } from '../../architecture/index.js'
import { checkOptions } from '../../options/index.js'
import { DEFAULT_GPU, GPUS, type Gpu, gpuOf } from '../gpus.js'
import { weightsOf } from '../inference-memory.js'
import { type UnderstoodModel, understoodModel } from '../resolved-model.js'
import type { EstimableModel } from '../served-model.js'
import { type CacheShape, cacheShape } from './cache/cache-blocks.js'
import { bytesPerSequence, bytesPerToken, stageBlocks } from './cache/cache-bytes.js'
import { changesThatFit } from './changes.js'
import { checkParallel, type Parallel } from './check-parallel.js'
import type { Budget, EngineInput } from './engines/engine.js'
import { ENGINE_MODELS } from './engines/index.js'
import { adapterBytes, draftBytes } from './extra-weights.js'
import { kernelPadding } from './kernel-padding.js'
import { CACHE_DTYPES, SERVING_OPTIONS, type ServingOptions } from './options.js'
import { servedSizes } from './served-sizes.js'
import type { ServingPlan } from './serving-plan.js'
import { storedWeights } from './weights/stored-weights.js'
import { unpackedBytes } from './weights/unpacked.js'
import type { WeightStorage } from './weights/weight-storage.js'

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
  const served: Served = { understood, shape: cacheShape(understood.architecture) }
  const gpu = gpuOf(options.gpu ?? DEFAULT_GPU)
  const plan = planOn(served, options, gpu)
  const others = GPUS.filter(({ name }) => name !== gpu.name).map((other) => planOn(served, options, other))
  const bySize = [plan, ...others].sort((a, b) => a.gpu.memoryBytes - b.gpu.memoryBytes)
  const smallest = bySize.find(({ fits }) => fits)
  const tooSmall = bySize.filter(({ fits }) => !fits).map((other) => ({ gpu: other.gpu.name, reason: reasonOf(other) }))
  const smallestShare = smallestUtilization(served, options, gpu)
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

interface Served {
  readonly understood: UnderstoodModel
  readonly shape: CacheShape
}

/** A plan for other options; `undefined` where they are impossible, such as GPUs that do not divide the heads. */
function tried(served: Served, options: ServingOptions, gpu: Gpu): ServingPlan | undefined {
  try {
    return planOn(served, options, gpu)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** A plan for one GPU, without the searches that compare several plans. */
function planOn(served: Served, options: ServingOptions, gpu: Gpu): ServingPlan {
  return detailedPlan(served, options, gpu).plan
}

interface DetailedPlan {
  readonly plan: ServingPlan
  /** What the cache has left with the sequences, whatever lies outside the engine's share. */
  readonly spareBytes: number
}

function detailedPlan({ understood, shape }: Served, options: ServingOptions, gpu: Gpu): DetailedPlan {
  const { architecture } = understood
  const { engine = 'vllm', concurrency = 1, answerTokens = 0 } = options
  const model = ENGINE_MODELS[engine]
  const engineVersion = options.engineVersion ?? model.versions[0] ?? ''
  const parallel = checkParallel(architecture, options)
  const storage = loaded(understood.storage(options.precision), engine)
  const contextTokens = contextOf(options, architecture)
  const promptTokens = Math.max(1, Math.min(options.promptTokens ?? contextTokens - answerTokens, contextTokens))
  const blocks = withDraft(stageBlocks(shape, parallel.pipeline), options)
  const weights = weightsFor(understood, storage, options, parallel)
  const input: EngineInput = {
    gpu,
    sizes: servedSizes(architecture),
    shape,
    blocks,
    weightBytes: weights.bytes,
    largestMatrixBytes: engine === 'transformers' ? unpackedBytes(architecture, storage) : 0,
    tensor: parallel.tensor,
    pipeline: parallel.pipeline,
    isMultimodal: Object.keys(parametersByPart(architecture)).some(isTower),
    cacheElementBytes: cacheElementBytes(options, storage),
    computeBytes: storage.computeDtype === 'float32' ? 4 : 2,
    stateElementBytes: stateElementBytes(architecture, storage),
    contextTokens,
    concurrency: Math.ceil(concurrency / parallel.data),
    promptTokens,
    memoryUtilization: options.memoryUtilization,
    chunkTokens: options.chunkTokens,
    maxBatchSequences: options.maxBatchSequences,
    draftTokens: options.draft ? (options.draft.tokens ?? (options.draft.kind === 'mtp' ? 1 : 3)) : 0,
    hasDraftLayer: options.draft !== undefined && options.draft.kind !== 'ngram',
  }
  const budget = model.budget(input, engineVersion)
  return planOf(input, budget, {
    engine,
    engineVersion,
    parallel,
    storage,
    lengths: options.promptTokens !== undefined ? promptTokens + answerTokens : undefined,
    modelContext: architecture.dimensions.contextTokens,
    assumptions: [
      ...understood.assumptions,
      `weights in ${storage.precision}${storage.from === 'checkpoint' ? ', like the checkpoint' : ''}`,
      ...storage.assumptions,
      ...weights.notes,
      ...roleNotes(shape),
      ...budget.notes,
    ],
    weightConfidence: understood.files || storage.precision === storage.computeDtype ? 'replayed' : 'derived',
    requested: concurrency,
  })
}

interface PlanFacts extends Pick<ServingPlan, 'engine' | 'engineVersion' | 'assumptions'> {
  readonly parallel: Parallel
  readonly storage: WeightStorage
  readonly lengths: number | undefined
  readonly modelContext: number | undefined
  readonly weightConfidence: 'replayed' | 'derived'
  readonly requested: number
}

function planOf(input: EngineInput, budget: Budget, facts: PlanFacts): DetailedPlan {
  const { contextTokens, concurrency, blocks, tensor, shape, gpu } = input
  const { cache, cacheBytes } = budget
  const { parallel } = facts
  const outside = gpu.memoryBytes * (1 - budget.memoryUtilization) - budget.outsideBytes
  const hasRoom = cacheBytes >= 0 && outside >= -SLACK
  const sequences = (tokens: number): number =>
    hasRoom
      ? Math.min(cache.sequencesIn(cacheBytes, tokens), shape.blocks.length === 0 ? budget.maxBatchSequences : MOST)
      : 0
  const spareBytes = Math.floor(cacheBytes - concurrency * cache.bytesFor(contextTokens))
  const headroomBytes = Math.min(spareBytes, outside < -SLACK ? Math.floor(outside) : Number.POSITIVE_INFINITY)
  const fits = headroomBytes >= 0 && sequences(contextTokens) >= concurrency
  const plan: ServingPlan = {
    engine: facts.engine,
    engineVersion: facts.engineVersion,
    gpu,
    gpus: parallel.tensor * parallel.pipeline * parallel.data,
    precision: facts.storage.precision,
    fits,
    headroomBytes,
    weightBytes: input.weightBytes,
    cacheBytesPerToken: blocks.reduce((sum, block) => sum + bytesPerToken(block, cache.bytes, tensor), 0),
    stateBytesPerSequence: blocks.reduce(
      (sum, block) => sum + bytesPerSequence(block, cache.bytes, tensor, shape.encoderTokens),
      0,
    ),
    activationBytes: budget.activation.bytes,
    graphBytes: budget.graphs.bytes,
    otherBytes: budget.other.bytes,
    cacheBytes: Math.floor(cacheBytes),
    cacheTokens: hasRoom ? cache.tokensIn(cacheBytes) : 0,
    blockTokens: cache.blockTokens,
    contextTokens,
    concurrency: facts.requested,
    largestConcurrency: sequences(contextTokens) * parallel.data,
    ...(facts.lengths !== undefined && { largestConcurrencyAtLengths: sequences(facts.lengths) * parallel.data }),
    largestContextTokens: most(facts.modelContext ?? MOST, (tokens) => sequences(tokens) >= concurrency),
    memoryUtilization: budget.memoryUtilization,
    tooSmall: [],
    changes: [],
    confidence: {
      weights: facts.weightConfidence,
      cache: facts.engine === 'tgi' || facts.engine === 'tensorrt-llm' ? 'derived' : 'replayed',
      activations: budget.activation.confidence,
      graphs: budget.graphs.confidence,
      other: budget.other.confidence,
    },
    range: {
      ...(budget.activation.range && { activations: budget.activation.range }),
      ...(budget.graphs.range && { graphs: budget.graphs.range }),
      ...(budget.other.range && { other: budget.other.range }),
    },
    sources: budget.sources,
    assumptions: facts.assumptions,
  }
  return { plan, spareBytes }
}

/** Sequences or tokens beyond which nothing is searched. */
const MOST = 100_000_000

/** What CUDA graphs may lack outside the share before it counts: their size is a mean of logs. */
const SLACK = 0.6 * 2 ** 30

function contextOf({ contextTokens, promptTokens, answerTokens = 0 }: ServingOptions, model: Architecture): number {
  if (contextTokens !== undefined) return contextTokens
  return promptTokens === undefined ? (model.dimensions.contextTokens ?? 4096) : promptTokens + answerTokens
}

/** vLLM, SGLang, TGI and TensorRT-LLM load float32 checkpoints in 16 bits. */
function loaded(storage: WeightStorage, engine: ServingPlan['engine']): WeightStorage {
  if (storage.precision !== 'float32' || storage.from === 'option' || engine === 'transformers') return storage
  return {
    ...storage,
    precision: 'bfloat16',
    computeDtype: 'bfloat16',
    bitsOf: () => 16,
    assumptions: [...storage.assumptions, `${engine} loads a float32 checkpoint in 16 bits`],
  }
}

function weightsFor(
  understood: UnderstoodModel,
  storage: WeightStorage,
  { engine = 'vllm', loraSlots, loraRank = 16, draft }: ServingOptions,
  parallel: Parallel,
): { readonly bytes: number; readonly notes: readonly string[] } {
  const { architecture } = understood
  const { tensor, pipeline, expert } = parallel
  const padding = kernelPadding(engine, architecture, storage, expert > 1 ? 1 : tensor)
  const layout = { tensor, pipeline, expert }
  const { perGpu, total } = storedWeights(architecture, storage, layout, padding?.elementsOf)
  // The headers of the files know better than the rules; the padding of kernels comes on top.
  const plain = padding ? storedWeights(architecture, storage).total : total
  const scale = weightsOf(understood, storage).total / plain
  const adapters = loraSlots ? adapterBytes(architecture, loraSlots, loraRank, tensor) : 0
  const drafts = draft && draft.kind !== 'ngram' ? draftBytes(architecture, storage, layout) : 0
  return {
    bytes: Math.ceil(perGpu * scale) + adapters + drafts,
    notes: [
      ...(padding ? [padding.note] : []),
      ...(understood.files ? ['weights are those in the headers of the files'] : []),
      ...(loraSlots ? [`${loraSlots} LoRA adapters of rank ${loraRank} on every linear layer, in 16 bits`] : []),
      ...(drafts > 0 ? [`the draft is one more layer like the last, and a projection, in ${storage.precision}`] : []),
      ...(draft?.kind === 'ngram' ? ['n-grams of the prompt need no memory on the GPU'] : []),
    ],
  }
}

/** A draft layer caches like the last layer of attention. */
function withDraft(blocks: EngineInput['blocks'], { draft }: ServingOptions): EngineInput['blocks'] {
  if (!draft || draft.kind === 'ngram') return blocks
  const last = blocks.filter(({ kind }) => kind === 'attention' || kind === 'latent').at(-1)
  return last ? [...blocks, last] : blocks
}

function cacheElementBytes(
  { cacheDtype, cacheBytes, engine }: ServingOptions,
  { computeDtype }: WeightStorage,
): number {
  if (cacheDtype !== undefined) return CACHE_DTYPES[cacheDtype]
  if (cacheBytes !== undefined) return cacheBytes
  return engine === 'llama.cpp' || computeDtype !== 'float32' ? 2 : 4
}

/** The type of recurrent states: what the config states (`mamba_ssm_dtype` of Qwen3.5, `mamba_ssm_cache_dtype` of Nemotron-H), else that of the model. */
function stateElementBytes({ config }: Architecture, { computeDtype }: WeightStorage): number {
  const text = config?.['text_config']
  const nested: Readonly<Record<string, unknown>> = typeof text === 'object' && text !== null ? { ...text } : {}
  for (const name of ['mamba_ssm_dtype', 'mamba_ssm_cache_dtype']) {
    if (config?.[name] === 'float32' || nested[name] === 'float32') return 4
  }
  return computeDtype === 'float32' ? 4 : 2
}

function roleNotes({ role, encoderTokens }: CacheShape): string[] {
  if (role === 'encoder') return ['an encoder reads a text at once and caches nothing']
  if (role === 'encoder-decoder')
    return [
      `each sequence keeps the keys and values of the ${encoderTokens.toLocaleString('en-US')} tokens that the encoder reads at most`,
    ]
  return []
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
function smallestUtilization(served: Served, options: ServingOptions, gpu: Gpu): number | undefined {
  const planWith = (hundredths: number) =>
    detailedPlan(served, { ...options, memoryUtilization: hundredths / 100 }, gpu)
  let [low, high] = [1, 100]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (planWith(middle).spareBytes >= 0) high = middle
    else low = middle + 1
  }
  // Too large a share fails as well where activations lie outside it; then none is enough.
  return planWith(low).plan.fits ? low / 100 : undefined
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
