import { layerPeak } from '../served-sizes.js'
import type { Budget, EngineInput, EngineModel } from './engine.js'
import { plainCache } from './plain-cache.js'

const GIB = 2 ** 30

/**
 * TensorRT-LLM: as `_cal_max_tokens` has it, the cache gets 0.9 of what is free after weights and a trial run (`free_gpu_memory_fraction` in tensorrt_llm/llmapi/llm_args.py;
 * `configure_kv_cache_capacity` in tensorrt_llm/_torch/pyexecutor/_util.py).
 */
export const tensorRtLlm: EngineModel = { versions: ['1.2'], budget }

function budget(input: EngineInput, version: string): Budget {
  const { gpu, sizes, tensor, computeBytes } = input
  const memoryUtilization = input.memoryUtilization ?? 0.9
  const chunkTokens = input.chunkTokens ?? 8192
  const sequences = Math.min(input.maxBatchSequences ?? 2048, chunkTokens)
  const sampler = sequences * sizes.vocabSize * 6 + chunkTokens * sizes.hiddenSize * computeBytes
  const activationBytes = Math.ceil(Math.max(layerPeak(sizes, chunkTokens, tensor, computeBytes), sampler))
  const otherBytes = CONTEXT + (tensor > 1 ? GIB : 0)
  const free = gpu.memoryBytes - input.weightBytes - activationBytes - otherBytes
  const bytes = {
    element: input.cacheElementBytes,
    convolution: computeBytes,
    state: input.stateElementBytes,
    keptInputs: (kernel: number) => kernel - 1,
    draftTokens: input.draftTokens,
  }
  return {
    memoryUtilization,
    activation: { bytes: activationBytes, confidence: 'derived', range: [activationBytes * 0.5, activationBytes * 2] },
    graphs: { bytes: 0.3 * GIB, confidence: 'assumed', range: [0.1 * GIB, 1.5 * GIB] },
    other: { bytes: otherBytes, confidence: 'assumed', range: [0.5 * GIB, otherBytes + 2 * GIB] },
    cacheBytes: Math.floor(free * memoryUtilization),
    outsideBytes: 0,
    cache: plainCache(input, bytes, BLOCK_TOKENS),
    maxBatchSequences: sequences,
    chunkTokens,
    sources: [`TensorRT-LLM ${version}: tensorrt_llm/llmapi/llm_args.py, tensorrt_llm/_torch/pyexecutor/_util.py`],
    notes: ['memoryUtilization is a share of the memory that is free after weights and a trial run, not of the card'],
  }
}

/** `tokens_per_block`. */
const BLOCK_TOKENS = 32

const CONTEXT = 0.8 * GIB
