import type { CacheBlock } from '../cache/cache-blocks.js'
import { bytesPerSequence, bytesPerToken, type CacheBytes } from '../cache/cache-bytes.js'
import { layerPeak } from '../served-sizes.js'
import type { Budget, CacheAccount, EngineInput, EngineModel } from './engine.js'
import { SGLANG_VERSIONS, sglangShare } from './sglang-share.js'
import { compareVersions } from './versions.js'

const MIB = 2 ** 20
const GIB = 2 ** 30

/** SGLang (https://github.com/sgl-project/sglang), versions 0.3 to 0.5. */
export const sglang: EngineModel = { versions: SGLANG_VERSIONS, budget, countsImages: () => true }

function budget(input: EngineInput, version: string): Budget {
  const { gpu, sizes, tensor, computeBytes, vision, images = 0 } = input
  const { share: own, chunkTokens, graphSequences, reservedMib } = sglangShare(input, version)
  const memoryUtilization = input.memoryUtilization ?? own
  const sequences = input.maxBatchSequences ?? graphSequences
  // Logits of the sequences whose prompt ends in the chunk, in 16 bits and in float32, and probabilities.
  const logits = Math.min(sequences, chunkTokens) * sizes.vocabSize * 10
  const text = Math.max(
    layerPeak(sizes, chunkTokens, tensor, computeBytes),
    logits + chunkTokens * sizes.hiddenSize * computeBytes,
  )
  // The images of one request are read at a time.
  const activationBytes = Math.ceil(
    vision ? Math.max(vision.encoderBytes(images), text + vision.outputBytes(images)) : text,
  )
  // The context is in use before, so that it comes out of the static share (`profile_max_num_token`).
  const otherBytes = CONTEXT + (tensor > 1 ? GIB : 0)
  const graphBytes = Math.ceil((graphSequences * 2 + 256) * MIB)
  const cacheBytes =
    Math.floor(gpu.memoryBytes * memoryUtilization) - input.weightBytes - otherBytes - reservedMib * MIB
  return {
    memoryUtilization,
    activation: { bytes: activationBytes, confidence: 'derived', range: [activationBytes * 0.7, activationBytes * 2] },
    graphs: { bytes: graphBytes, confidence: 'assumed', range: [0.2 * GIB, 2.5 * GIB] },
    other: { bytes: otherBytes, confidence: 'assumed', range: [0.3 * GIB, otherBytes + 2 * GIB] },
    cacheBytes,
    outsideBytes: activationBytes + graphBytes,
    cache: account(input),
    maxBatchSequences: sequences,
    chunkTokens,
    sources: [`SGLang ${version}: ${sourcesOf(version)}`],
    notes: [
      `SGLang ${version} gives weights and cache ${memoryUtilization.toFixed(3)} of the card (default ${own.toFixed(3)}, from what nvidia-smi reports); activations, CUDA graphs and buffers lie outside it. It profiles nothing: vLLM measures one large batch instead, so that their caches differ`,
      ...(input.encoder
        ? [
            `the share is smaller for the encoder of images: ${input.encoder.layers} layers of ${input.encoder.hiddenSize}, as SGLang reads them in vision_config`,
          ]
        : []),
      ...(input.isMultimodal && images === 0
        ? ['the memory for images of requests is not included: give `images`']
        : []),
    ],
  }
}

function sourcesOf(version: string): string {
  return compareVersions(version, '0.5.20') >= 0
    ? 'srt/arg_groups/memory_hook.py (handle_gpu_memory_settings), srt/mem_cache/kv_cache_configurator.py (_profile_available_bytes)'
    : 'srt/server_args.py (_handle_gpu_memory_settings), srt/model_executor/model_runner_kv_cache_mixin.py (profile_max_num_token)'
}

/** The CUDA context and workspaces of a process. */
const CONTEXT = 0.6 * GIB

/** The memory of windowed layers as a part of that of full ones, in tokens: `swa_full_tokens_ratio`. */
const WINDOW_RATIO = 0.8

/** States get this much for each byte of cache: `mamba_full_memory_ratio`. */
const STATE_RATIO = 0.9

/** States for each running sequence, with those that the prefix cache keeps: `MAMBA_CACHE_SIZE_MAX_RUNNING_REQUESTS_RATIO`. */
const STATES_PER_SEQUENCE = 3

function account(input: EngineInput): CacheAccount {
  const { blocks, tensor } = input
  const bytes: CacheBytes = {
    element: input.cacheElementBytes,
    convolution: input.computeBytes,
    state: input.stateElementBytes,
    keptInputs: (kernel) => kernel - 1,
    draftTokens: input.draftTokens,
  }
  const sum = (some: readonly CacheBlock[], bytesOf: (block: CacheBlock) => number): number =>
    some.reduce((all, block) => all + bytesOf(block), 0)
  const windowed = blocks.filter((block) => block.kind === 'attention' && block.windowTokens !== undefined)
  const full = blocks.filter((block) => !windowed.includes(block))
  const perToken = (some: readonly CacheBlock[]) => sum(some, (block) => bytesPerToken(block, bytes, tensor))
  const state = sum(blocks, (block) => bytesPerSequence(block, bytes, tensor, input.shape.encoderTokens))
  const cell = full.length > 0 ? perToken(full) + WINDOW_RATIO * perToken(windowed) : perToken(windowed)
  const forCache = (available: number): number => (state > 0 && cell > 0 ? available / (1 + STATE_RATIO) : available)
  const tokensIn = (available: number): number => (cell > 0 ? Math.max(0, Math.floor(forCache(available) / cell)) : 0)
  const statesIn = (available: number): number =>
    state > 0
      ? Math.floor((available - (cell > 0 ? forCache(available) : 0)) / state / STATES_PER_SEQUENCE)
      : Number.POSITIVE_INFINITY
  return {
    bytes,
    blockTokens: 1,
    tokensIn,
    bytesFor: (tokens) =>
      cell > 0
        ? Math.max(
            tokens * cell * (state > 0 ? 1 + STATE_RATIO : 1),
            state > 0 ? (state * STATES_PER_SEQUENCE * (1 + STATE_RATIO)) / STATE_RATIO : 0,
          )
        : state * STATES_PER_SEQUENCE,
    sequencesIn: (available, tokens) =>
      Math.max(
        0,
        Math.min(cell > 0 ? Math.floor(tokensIn(available) / tokens) : Number.POSITIVE_INFINITY, statesIn(available)),
      ),
  }
}
