import { layerPeak } from '../served-sizes.js'
import type { Budget, EngineInput, EngineModel } from './engine.js'
import { plainCache } from './plain-cache.js'

const GIB = 2 ** 30

/**
 * Text Generation Inference: it runs a batch of prompts, then gives the cache what is free of 0.90 of the card
 * (`TGI_WIGGLE_ROOM` in server/text_generation_server/models/globals.py; `warmup` of models/flash_causal_lm.py).
 */
export const tgi: EngineModel = { versions: ['3.3', '2.0'], budget }

function budget(input: EngineInput, version: string): Budget {
  const { gpu, sizes, tensor, computeBytes } = input
  const memoryUtilization = input.memoryUtilization ?? 0.9
  const chunkTokens = input.chunkTokens ?? 4096
  const logits = chunkTokens * sizes.hiddenSize * computeBytes + sizes.vocabSize * 10
  const activationBytes = Math.ceil(Math.max(layerPeak(sizes, chunkTokens, tensor, computeBytes), logits))
  const otherBytes = CONTEXT + (tensor > 1 ? GIB : 0)
  const usable = Math.floor(gpu.memoryBytes * memoryUtilization)
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
    cacheBytes: usable - input.weightBytes - activationBytes - otherBytes,
    outsideBytes: 0.3 * GIB,
    cache: plainCache(input, bytes, 1),
    maxBatchSequences: input.maxBatchSequences ?? 128,
    chunkTokens,
    sources: [`TGI ${version}: server/text_generation_server/models/flash_causal_lm.py (warmup), models/globals.py`],
    notes: ['the version of the engine changes nothing here: its warm-up is the same in 2 and 3'],
  }
}

const CONTEXT = 0.6 * GIB
