import { type Architecture, isTower, parametersByPart } from '../../architecture/index.js'
import type { Gpu } from '../gpus.js'
import type { UnderstoodModel } from '../resolved-model.js'
import type { CacheShape } from './cache/cache-blocks.js'
import { stageBlocks } from './cache/cache-bytes.js'
import { cacheElementBytes, stateElementBytes } from './cache/cache-elements.js'
import { checkParallel } from './check-parallel.js'
import { checkDraft, draftTokens, hasDraftLayer } from './draft.js'
import type { EngineInput } from './engines/engine.js'
import { ENGINE_MODELS } from './engines/index.js'
import { compareVersions } from './engines/versions.js'
import { checkImages, seesImages, servedImages, statedEncoder } from './images.js'
import type { Engine, ServingOptions } from './options.js'
import { type DetailedPlan, planOf } from './plan-of-budget.js'
import { servedSizes } from './served-sizes.js'
import { loadedStorage, servedWeights } from './served-weights.js'
import { unpackedBytes } from './weights/unpacked.js'

/** A model whose parts are known, before anything is known of the engine. */
export interface Served {
  readonly understood: UnderstoodModel
  readonly shape: CacheShape
}

/** The plan for one GPU, and for another share of its memory than the options say. */
export type PlanFor = (gpu: Gpu, memoryUtilization?: number) => DetailedPlan

/** Plans for any GPU: what the engine's budget depends on, computed once, and what fits into it. */
export function detailedPlans({ understood, shape }: Served, options: ServingOptions): PlanFor {
  const { architecture } = understood
  const { engine = 'vllm', concurrency = 1, answerTokens = 0 } = options
  const model = ENGINE_MODELS[engine]
  checkDraft(options.draft, engine)
  const engineVersion = options.engineVersion ?? model.versions[0] ?? ''
  const parallel = checkParallel(architecture, options)
  const storage = loadedStorage(understood.storage(options.precision), engine)
  const contextTokens = contextOf(options, architecture)
  const computeBytes = storage.computeDtype === 'float32' ? 4 : 2
  const vision = servedImages(architecture, parallel.tensor, computeBytes)
  const isCounted = model.countsImages?.(engineVersion) ?? false
  checkImages(architecture, options, { vision, contextTokens, isCounted })
  const promptTokens = Math.max(1, Math.min(options.promptTokens ?? contextTokens - answerTokens, contextTokens))
  const blocks = withDraft(stageBlocks(shape, parallel.pipeline), options)
  const hasImages = vision !== undefined && isCounted && (options.images ?? (engine === 'vllm' ? 1 : 0)) > 0
  const isBlind = seesImages(architecture) && options.images === 0 && (model.leavesOutEncoder?.(engineVersion) ?? false)
  const encoder = statedEncoder(architecture)
  const weights = servedWeights(understood, storage, options, { ...parallel, isBlind })
  const input: Omit<EngineInput, 'gpu'> = {
    sizes: servedSizes(architecture),
    shape,
    blocks,
    weightBytes: weights.bytes,
    largestMatrixBytes: engine === 'transformers' ? unpackedBytes(architecture, storage) : 0,
    tensor: parallel.tensor,
    pipeline: parallel.pipeline,
    isMultimodal: Object.keys(parametersByPart(architecture)).some(isTower),
    cacheElementBytes: cacheElementBytes(options, storage),
    computeBytes,
    ...(vision && { vision }),
    images: options.images,
    ...(encoder && { encoder }),
    hasAdapters: options.loraSlots !== undefined,
    stateElementBytes: stateElementBytes(architecture, storage),
    contextTokens,
    concurrency: Math.ceil(concurrency / parallel.data),
    promptTokens,
    memoryUtilization: options.memoryUtilization,
    chunkTokens: options.chunkTokens,
    maxBatchSequences: options.maxBatchSequences,
    draftTokens: options.draft ? draftTokens(options.draft) : 0,
    hasDraftLayer: hasDraftLayer(options.draft),
  }
  return (gpu, memoryUtilization = options.memoryUtilization) => {
    const own: EngineInput = { ...input, gpu, memoryUtilization }
    const budget = model.budget(own, engineVersion)
    return planOf(own, budget, {
      engine,
      engineVersion,
      parallel,
      storage,
      lengths: options.promptTokens !== undefined ? promptTokens + answerTokens : undefined,
      modelContext: architecture.dimensions.contextTokens,
      assumptions: [
        ...(isBlind ? [BLIND] : hasImages ? [] : understood.assumptions),
        `weights in ${storage.precision}${storage.from === 'checkpoint' ? ', like the checkpoint' : ''}`,
        ...storage.assumptions,
        ...weights.notes,
        ...roleNotes(shape),
        ...newerNote(engine, engineVersion),
        ...budget.notes,
      ],
      weightConfidence: understood.files || storage.precision === storage.computeDtype ? 'replayed' : 'derived',
      requested: concurrency,
    })
  }
}

const BLIND = 'no request has images, so that their encoder is not loaded'

/** A version that is newer than all that were read has the rules of the newest. */
function newerNote(engine: Engine, version: string): string[] {
  const newest = ENGINE_MODELS[engine].versions[0] ?? version
  return compareVersions(version, newest) > 0 && !version.startsWith(`${newest}.`)
    ? [`${engine} ${version} is newer than the sources that were read: the rules are those of ${newest}`]
    : []
}

function contextOf({ contextTokens, promptTokens, answerTokens = 0 }: ServingOptions, model: Architecture): number {
  if (contextTokens !== undefined) return contextTokens
  return promptTokens === undefined ? (model.dimensions.contextTokens ?? 4096) : promptTokens + answerTokens
}

/** A draft layer caches like the last layer of attention. */
function withDraft(blocks: EngineInput['blocks'], { draft }: ServingOptions): EngineInput['blocks'] {
  if (!hasDraftLayer(draft)) return blocks
  const last = blocks.filter(({ kind }) => kind === 'attention' || kind === 'latent').at(-1)
  return last ? [...blocks, last] : blocks
}

function roleNotes({ role, encoderTokens }: CacheShape): string[] {
  if (role === 'encoder') return ['an encoder reads a text at once and caches nothing']
  if (role === 'encoder-decoder')
    return [
      `each sequence keeps the keys and values of the ${encoderTokens.toLocaleString('en-US')} tokens that the encoder reads at most`,
    ]
  return []
}
