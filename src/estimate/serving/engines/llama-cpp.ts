import { layerPeak } from '../served-sizes.js'
import type { Budget, EngineInput, EngineModel } from './engine.js'
import { plainCache } from './plain-cache.js'

const GIB = 2 ** 30

/**
 * llama.cpp (https://github.com/ggml-org/llama.cpp, as vendored in llama-cpp-python 0.3.36), with all layers on the GPU. The cache of
 * all slots is allocated at the start; nothing else reserves a share of the card.
 */
export const llamaCpp: EngineModel = { versions: ['0.3.36'], budget, countsImages: () => true }

/** Cells are padded to 256 (`GGML_PAD`, src/llama-context.cpp). */
const CELLS = 256

/** `n_ubatch` and `n_parallel` of common/common.h. */
const MICRO_BATCH = 512

function budget(input: EngineInput, version: string): Budget {
  const { gpu, sizes, contextTokens, concurrency } = input
  const chunkTokens = input.chunkTokens ?? MICRO_BATCH
  const memoryUtilization = input.memoryUtilization ?? 1
  // A window keeps room for a micro-batch: `size_swa` of src/llama-kv-cache-iswa.cpp.
  const blocks = input.blocks.map((block) =>
    block.kind === 'attention' && block.windowTokens !== undefined
      ? { ...block, windowTokens: Math.ceil((block.windowTokens + chunkTokens) / CELLS) * CELLS }
      : block,
  )
  const bytes = {
    element: input.cacheElementBytes,
    // `recurrent_type_r` and `recurrent_type_s` are float32 (src/llama-model.cpp).
    convolution: 4,
    state: 4,
    keptInputs: (kernel: number) => kernel - 1,
    draftTokens: 0,
  }
  // The graph is reserved with the logits of a micro-batch, in float32, and the mask of all cells.
  const logits = input.shape.role === 'encoder' ? 0 : chunkTokens * sizes.vocabSize * 4
  const mask = chunkTokens * contextTokens * concurrency * 2
  // The encoder has buffers of its own, for one image at a time (`clip_image_encode`, tools/mtmd/clip.cpp).
  const image = input.images ? (input.vision?.encoderBytes(1) ?? 0) : 0
  const activationBytes = Math.ceil(Math.max(logits, layerPeak(sizes, chunkTokens, 1, 4)) + mask + image)
  const otherBytes = CONTEXT
  const usable = Math.floor(gpu.memoryBytes * memoryUtilization)
  return {
    memoryUtilization,
    activation: {
      bytes: activationBytes,
      confidence: 'derived',
      range: [activationBytes * 0.5, activationBytes * 1.5],
    },
    graphs: { bytes: 0, confidence: 'derived' },
    other: { bytes: otherBytes, confidence: 'assumed', range: [0.2 * GIB, 0.8 * GIB] },
    cacheBytes: usable - input.weightBytes - activationBytes - otherBytes,
    outsideBytes: 0,
    cache: plainCache(input, bytes, CELLS, blocks),
    maxBatchSequences: concurrency,
    chunkTokens,
    sources: [
      `llama.cpp (llama-cpp-python ${version}): src/llama-context.cpp, src/llama-kv-cache.cpp, src/llama-kv-cache-iswa.cpp`,
    ],
    notes: [
      'all layers are on the GPU (-ngl 99); each slot has the whole context (-c is the context times the slots)',
      ...(input.isMultimodal
        ? [
            image > 0
              ? 'the encoder of images (mmproj) is counted in 16 bits, with its buffers for one image'
              : 'the encoder of images (mmproj) is counted in 16 bits; its buffers are not, without `images`',
          ]
        : []),
    ],
  }
}

/** The CUDA context with cuBLAS. */
const CONTEXT = 0.45 * GIB
