import { layerPeak } from '../served-sizes.js'
import type { Budget, EngineInput, EngineModel } from './engine.js'
import { plainCache } from './plain-cache.js'
import { sinceVersion } from './versions.js'

const GIB = 2 ** 30

/** What the cache gets: a share of the card, less what is taken, or a share of what is free. */
interface Rules {
  readonly share: number
  readonly isOfCard: boolean
}

/**
 * Text Generation Inference runs a batch of prompts, then sizes the cache: `warmup` in
 * server/text_generation_server/models/flash_causal_lm.py, `TGI_WIGGLE_ROOM` in globals.py, `get_cuda_free_memory` in utils/import_utils.py.
 */
const RULES: readonly (readonly [since: string, rules: Rules])[] = [
  ['3.2', { share: 0.9, isOfCard: true }],
  ['1.0', { share: 0.95, isOfCard: false }],
]

export const tgi: EngineModel = { versions: ['3.3', '2.0'], budget }

function budget(input: EngineInput, version: string): Budget {
  const { gpu, sizes, tensor, computeBytes } = input
  const { share, isOfCard } = sinceVersion(RULES, version)
  const memoryUtilization = input.memoryUtilization ?? share
  const chunkTokens = input.chunkTokens ?? 4096
  const logits = chunkTokens * sizes.hiddenSize * computeBytes + sizes.vocabSize * 10
  const activationBytes = Math.ceil(Math.max(layerPeak(sizes, chunkTokens, tensor, computeBytes), logits))
  const otherBytes = CONTEXT + (tensor > 1 ? GIB : 0)
  const taken = input.weightBytes + activationBytes + otherBytes
  const bytes = {
    element: input.cacheElementBytes,
    convolution: computeBytes,
    state: input.stateElementBytes,
    keptInputs: (kernel: number) => kernel - 1,
    draftTokens: 0,
  }
  return {
    memoryUtilization,
    activation: { bytes: activationBytes, confidence: 'derived', range: [activationBytes * 0.7, activationBytes * 2] },
    graphs: { bytes: 0.3 * GIB, confidence: 'assumed', range: [0.1 * GIB, 1 * GIB] },
    other: { bytes: otherBytes, confidence: 'assumed', range: [0.3 * GIB, otherBytes + 2 * GIB] },
    cacheBytes: isOfCard
      ? Math.floor(gpu.memoryBytes * memoryUtilization) - taken
      : Math.floor((gpu.memoryBytes - taken) * memoryUtilization),
    outsideBytes: 0.3 * GIB,
    cache: plainCache(input, bytes, 1),
    maxBatchSequences: input.maxBatchSequences ?? 128,
    chunkTokens,
    sources: [
      `TGI ${version}: server/text_generation_server/models/flash_causal_lm.py (warmup), models/globals.py, utils/import_utils.py`,
    ],
    notes: isOfCard
      ? []
      : ['before TGI 3.2, memoryUtilization is a share of what is free after a warm-up, not of the card'],
  }
}

const CONTEXT = 0.6 * GIB
