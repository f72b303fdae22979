import type { CacheBlock } from '../cache/cache-blocks.js'
import { bytesPerSequence, bytesPerToken, type CacheBytes } from '../cache/cache-bytes.js'
import { layerPeak } from '../served-sizes.js'
import type { Budget, CacheAccount, EngineInput, EngineModel } from './engine.js'
import { sinceVersion } from './versions.js'

const MIB = 2 ** 20
const GIB = 2 ** 30

/** How a version chooses the static share of the card: that of weights and cache. Everything else lies outside it. */
interface SglangRules {
  readonly share: (input: EngineInput, settings: Settings) => number
  readonly settings: (driverMib: number, tensor: number) => Settings
}

interface Settings {
  readonly chunkTokens: number
  /** `cuda_graph_max_bs`. */
  readonly graphSequences: number
}

/** SGLang (https://github.com/sgl-project/sglang), versions 0.3 to 0.5: srt/server_args.py, `mem_fraction_static`. */
export const sglang: EngineModel = { versions: ['0.5.9', '0.5', '0.4.10', '0.3'], budget }

const RULES: readonly (readonly [since: string, rules: SglangRules])[] = [
  ['0.5', { share: reservedByFormula, settings: settingsOf }],
  ['0.4.10', { share: reservedBySize, settings: settingsOf }],
  [
    '0.3',
    {
      share: ({ tensor }) =>
        tensor >= 16 ? 0.79 : tensor >= 8 ? 0.81 : tensor >= 4 ? 0.85 : tensor >= 2 ? 0.87 : 0.88,
      settings: (mib, tensor) => ({
        chunkTokens: mib < 25_000 ? 2048 : 8192,
        graphSequences: mib < 25_000 ? (tensor < 4 ? 8 : 80) : 160,
      }),
    },
  ],
]

/** `_handle_gpu_memory_settings` of 0.5.9, by what nvidia-smi reports. */
function settingsOf(mib: number, tensor: number): Settings {
  const row = SETTINGS.find(([below]) => mib < below * 1024) ?? LARGEST
  const [, chunkTokens, few, many] = row
  return { chunkTokens, graphSequences: tensor < 4 ? few : many }
}

const LARGEST = [Number.POSITIVE_INFINITY, 16_384, 512, 512] as const

const SETTINGS: readonly (readonly [belowGib: number, chunkTokens: number, few: number, many: number])[] = [
  [20, 2048, 8, 8],
  [35, 2048, 24, 80],
  [60, 4096, 32, 160],
  [90, 8192, 256, 512],
  [160, 8192, 256, 512],
]

/** 0.5: `reserved_mem` from the chunk, the CUDA graphs and the number of GPUs, in MiB. */
function reservedByFormula(input: EngineInput, { chunkTokens, graphSequences }: Settings): number {
  const mib = driverMib(input)
  const ranks = input.tensor * input.pipeline
  const own = 512 + Math.max(chunkTokens, 2048) * 1.5 + graphSequences * 2 + (ranks / 8) * 1024
  const reserved = (mib > 60 * 1024 ? Math.max(own, 10 * 1024) : own) + draftMib(input)
  return forImages(input, rounded((mib - reserved) / mib))
}

/** 0.4.10: `reserved_mem` by the size of the card, in MiB. */
function reservedBySize(input: EngineInput): number {
  const mib = driverMib(input)
  const ranks = input.tensor * input.pipeline
  const gib =
    mib < 35 * 1024 ? 2.8 + ranks / 10 : mib < 90 * 1024 ? 9.5 + ranks / 2 : mib < 160 * 1024 ? 12 + ranks / 2 : 32
  return forImages(input, rounded((mib - gib * 1024 - draftMib(input)) / mib))
}

function draftMib({ hasDraftLayer }: EngineInput): number {
  return hasDraftLayer ? 2 * 1024 : 0
}

/** `adjust_mem_fraction_for_vlm`: a twentieth less, for an encoder of usual size. */
function forImages({ isMultimodal }: EngineInput, share: number): number {
  return isMultimodal ? share * 0.95 : share
}

function rounded(share: number): number {
  return Math.round(share * 1000) / 1000
}

function driverMib({ gpu }: EngineInput): number {
  return (gpu.driverBytes ?? gpu.memoryBytes) / MIB
}

function budget(input: EngineInput, version: string): Budget {
  const rules = sinceVersion(RULES, version)
  const { gpu, sizes, tensor, computeBytes } = input
  const settings = rules.settings(driverMib(input), tensor)
  const chunkTokens = input.chunkTokens ?? settings.chunkTokens
  const own = rules.share(input, { ...settings, chunkTokens })
  const memoryUtilization = input.memoryUtilization ?? own
  const sequences = input.maxBatchSequences ?? settings.graphSequences
  // Logits of the sequences whose prompt ends in the chunk, in 16 bits and in float32, and probabilities.
  const logits = Math.min(sequences, chunkTokens) * sizes.vocabSize * 10
  const activationBytes = Math.ceil(
    Math.max(
      layerPeak(sizes, chunkTokens, tensor, computeBytes),
      logits + chunkTokens * sizes.hiddenSize * computeBytes,
    ),
  )
  // The context is in use before, so that it comes out of the static share (`profile_max_num_token`).
  const otherBytes = CONTEXT + (tensor > 1 ? GIB : 0)
  const graphBytes = Math.ceil((settings.graphSequences * 2 + 256) * MIB)
  const cacheBytes = Math.floor(gpu.memoryBytes * memoryUtilization) - input.weightBytes - otherBytes
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
    sources: [
      `SGLang ${version}: srt/server_args.py (_handle_gpu_memory_settings), srt/model_executor/model_runner_kv_cache_mixin.py (profile_max_num_token)`,
    ],
    notes: [
      `SGLang ${version} gives weights and cache ${memoryUtilization.toFixed(3)} of the card (default ${own.toFixed(3)}, from what nvidia-smi reports); activations, CUDA graphs and buffers lie outside it. It profiles nothing: vLLM measures one large batch instead, so that their caches differ`,
      ...(input.isMultimodal ? ['the share is that for an image encoder of usual size'] : []),
    ],
  }
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
