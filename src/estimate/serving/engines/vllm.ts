import { pagedCache } from '../cache/paged-cache.js'
import { layerPeak } from '../served-sizes.js'
import type { Budget, CacheAccount, EngineInput, EngineModel } from './engine.js'
import { compareVersions, sinceVersion } from './versions.js'
import { type ImageProfile, imageProfile } from './vllm-images.js'

const GIB = 2 ** 30

/** What changed in vLLM's budget, by the first version that has it; older rows hold until then. Read in the source of each version. */
interface VllmRules {
  /** `gpu_memory_utilization` (config/cache.py, before 0.9 config.py). */
  readonly share: number
  /** `max_num_seqs` on cards of 70 GiB and more, and on others (engine/arg_utils.py). */
  readonly sequences: readonly [large: number, small: number]
  /** `max_num_batched_tokens` of the server; `context`: the context, since prompts are not chunked. */
  readonly chunk: readonly [large: number, small: number] | 'context'
  /** Whether A100s count as small. */
  readonly a100IsSmall: boolean
  /** Bytes for each logit of the profile run. */
  readonly logitBytes: number
  /** Whether the CUDA context counts against the share: the profile then subtracts all memory in use on the card. */
  readonly countsContext: boolean
  /** Whether the memory of CUDA graphs is estimated, and subtracted. */
  readonly countsGraphs: boolean
  /** Whether layers with a window have pages of their own. */
  readonly hasWindows: boolean
  readonly groupRatio: number
  /** Whether the logged tokens are the concurrency at full context times that context. */
  readonly tokensAreSequences: boolean
  /** Whether the profile run has images as large as the encoder's budget. V0 made another batch of them. */
  readonly isV1: boolean
  /** Pages of a state: two where prefix caching aligns states to pages. */
  readonly statePages: number
}

/**
 * The sampler of the profile run, for each logit: in 16 bits (2), in float32 (4), sorted (4) with indices (8), the indices that
 * torch's segmented sort reads (8), and the second buffers of CUB's radix sort (4 + 8): `apply_top_k_top_p` in v1/sample/ops/topk_topp_sampler.py
 * and torch's `aten/src/ATen/native/cuda/Sort.cu`. Logged peaks of 1.40 GiB (Qwen2.5 7B) and 1.26 GiB (Llama 3 8B on two GPUs)
 * agree to 1 %.
 */
const SORTED = 38

/** Without sorting (Triton and FlashInfer kernels): the logits in 16 bits and in float32, probabilities, and random numbers. */
const UNSORTED = 14

/**
 * What checking a draft adds to that (v1/sample/rejection_sampler.py): the logits of two tokens for each sequence, those of the last in
 * float32, and a copy of those that are checked.
 */
const DRAFTED = 14

const V0: VllmRules = {
  share: 0.9,
  sequences: [256, 256],
  chunk: 'context',
  a100IsSmall: false,
  logitBytes: SORTED,
  countsContext: true,
  countsGraphs: false,
  hasWindows: false,
  groupRatio: 1,
  tokensAreSequences: false,
  isV1: false,
  statePages: 1,
}

const RULES: readonly (readonly [since: string, rules: VllmRules])[] = (() => {
  // 0.6.5 measures what the instance itself adds (`memory_profiling`), so that the context lies outside the share.
  const v065 = { ...V0, countsContext: false }
  // V1 is the default from 0.8 on. Its profile counts all memory in use again (v1/worker/gpu_worker.py).
  const v08: VllmRules = { ...V0, sequences: [1024, 256], chunk: [8192, 2048], isV1: true }
  const v09: VllmRules = { ...v08, countsContext: false, a100IsSmall: true, hasWindows: true }
  const v012 = { ...v09, groupRatio: 1.25 }
  const v017 = { ...v012, logitBytes: UNSORTED, groupRatio: 1.5 }
  const v020 = { ...v017, share: 0.92, countsGraphs: true }
  const v021 = { ...v020, tokensAreSequences: true, statePages: 2 }
  return [
    ['0.21', v021],
    ['0.20', v020],
    ['0.17', v017],
    ['0.12', v012],
    ['0.9', v09],
    ['0.8', v08],
    ['0.6.5', v065],
    ['0.2', V0],
  ]
})()

/** The newest version whose source was read. */
const NEWEST = '0.33'

/** vLLM (https://github.com/vllm-project/vllm), versions 0.2 to 0.33. */
export const vllm: EngineModel = {
  versions: [NEWEST, ...RULES.map(([since]) => since)],
  budget,
  countsImages,
  leavesOutEncoder,
}

function countsImages(version: string): boolean {
  return sinceVersion(RULES, version).isV1
}

/** `--limit-mm-per-prompt` of 0: every model marks its encoder since 0.15 (`_mark_tower_model` in models/interfaces.py). */
function leavesOutEncoder(version: string): boolean {
  return compareVersions(version, '0.15') >= 0
}

function budget(input: EngineInput, version: string): Budget {
  const rules = sinceVersion(RULES, version)
  const { gpu, sizes, tensor, computeBytes } = input
  const isLarge = gpu.memoryBytes >= 70 * GIB && !(rules.a100IsSmall && gpu.name.startsWith('a100'))
  const side = isLarge ? 0 : 1
  const defaultChunk = rules.chunk === 'context' ? Math.max(input.contextTokens, 2048) : rules.chunk[side]
  const chunkTokens = input.chunkTokens ?? defaultChunk
  const sequences = Math.min(input.maxBatchSequences ?? rules.sequences[side], chunkTokens)
  const memoryUtilization = input.memoryUtilization ?? rules.share
  const isEncoder = input.shape.role === 'encoder'
  const logitBytes = rules.logitBytes + (input.draftTokens > 0 && rules.isV1 ? DRAFTED : 0)
  const logits = isEncoder ? 0 : sequences * sizes.vocabSize * logitBytes
  // With tensor parallelism, each rank's part of the logits is there beside the gathered ones.
  const parts = tensor > 1 && !isEncoder ? (sequences * sizes.vocabSize * 2) / tensor : 0
  const sampler = logits + parts + chunkTokens * sizes.hiddenSize * computeBytes
  const images = rules.isV1 ? imageProfile(input, { chunkTokens, sequences }) : undefined
  const text = Math.max(sampler, layerPeak(sizes, chunkTokens, tensor, computeBytes))
  // The encoder runs first; what it makes is there while the language model runs.
  const activationBytes = Math.ceil(Math.max(images?.encoderBytes ?? 0, text + (images?.outputBytes ?? 0)))
  const otherBytes = OTHER + (rules.countsContext ? CONTEXT : 0) + (tensor > 1 ? COMMUNICATION : 0)
  const graphBytes = GRAPHS
  const usable = Math.ceil(gpu.memoryBytes * memoryUtilization)
  const cacheBytes = usable - input.weightBytes - activationBytes - otherBytes - (rules.countsGraphs ? graphBytes : 0)
  return {
    memoryUtilization,
    activation: { bytes: activationBytes, confidence: 'derived', range: spread(activationBytes, 0.9, 1.6) },
    graphs: { bytes: graphBytes, confidence: 'assumed', range: [0.1 * GIB, 1.6 * GIB] },
    other: {
      bytes: otherBytes,
      confidence: 'assumed',
      range: tensor > 1 ? [0.5 * GIB, 3.6 * GIB] : spread(otherBytes, 0.5, 4),
    },
    cacheBytes,
    outsideBytes: rules.countsGraphs ? 0 : graphBytes,
    cache: account(input, rules, chunkTokens),
    maxBatchSequences: sequences,
    chunkTokens,
    sources: [
      `vLLM ${version}: v1/worker/gpu_worker.py (determine_available_memory), v1/core/kv_cache_utils.py, engine/arg_utils.py`,
    ],
    notes: notesOf(input, rules, { version, chunkTokens, sequences, memoryUtilization, images }),
  }
}

/** Workspaces and what is not torch's: "non_torch_memory takes" 0.05 to 0.16 GiB on one GPU in published logs of 0.6 to 0.8. */
const OTHER = 0.1 * GIB

/** The context of a process on a recent card, 0.4 to 0.6 GiB. */
const CONTEXT = 0.5 * GIB

/** NCCL's and the custom all-reduce's buffers: 0.6 to 3.6 GiB in published logs of two to eight GPUs. */
const COMMUNICATION = 1 * GIB

/** "Graph capturing finished …, took": 0.1 to 1.6 GiB in published logs. */
const GRAPHS = 0.5 * GIB

function spread(bytes: number, least: number, most: number): readonly [number, number] {
  return [Math.floor(bytes * least), Math.ceil(bytes * most)]
}

function account(input: EngineInput, rules: VllmRules, chunkTokens: number): CacheAccount {
  const bytes = {
    element: input.cacheElementBytes,
    convolution: input.computeBytes,
    state: input.stateElementBytes,
    keptInputs: (kernel: number) => kernel - 1,
    draftTokens: input.draftTokens,
  }
  const pages = pagedCache(input.blocks, {
    bytes,
    tensor: input.tensor,
    encoderTokens: input.shape.encoderTokens,
    blockTokens: BLOCK_TOKENS,
    chunkTokens,
    groupRatio: rules.groupRatio,
    hasWindows: rules.hasWindows,
    draftPages: input.draftTokens + rules.statePages - 1,
  })
  if (!pages)
    return { bytes, blockTokens: 0, tokensIn: () => 0, bytesFor: () => 0, sequencesIn: () => Number.POSITIVE_INFINITY }
  const { pageBytes, pagesFor, groups, blockTokens } = pages
  const pagesIn = (available: number): number => Math.max(0, Math.floor(available / pageBytes))
  const context = input.contextTokens
  const grouped = (available: number): number =>
    Number.isFinite(blockTokens) ? Math.floor(pagesIn(available) / groups) * blockTokens : 0
  const bySequences = (available: number): number => Math.floor((pagesIn(available) / pagesFor(context)) * context)
  return {
    bytes,
    blockTokens: Number.isFinite(blockTokens) ? blockTokens : 0,
    tokensIn: rules.tokensAreSequences && (groups > 1 || pagesFor(context) === 0) ? bySequences : grouped,
    bytesFor: (tokens) => pagesFor(tokens) * pageBytes,
    sequencesIn: (available, tokens) => Math.floor(pagesIn(available) / pagesFor(tokens)),
  }
}

/** `DEFAULT_BLOCK_SIZE` on NVIDIA cards. */
const BLOCK_TOKENS = 16

function notesOf(
  { isMultimodal, tensor, blocks, images: mostImages }: EngineInput,
  rules: VllmRules,
  values: {
    readonly version: string
    readonly chunkTokens: number
    readonly sequences: number
    readonly memoryUtilization: number
    readonly images: ImageProfile | undefined
  },
): string[] {
  const { version, chunkTokens, sequences, memoryUtilization, images } = values
  const kinds = new Set(blocks.map((block) => JSON.stringify(block))).size
  return [
    `vLLM ${version} uses ${memoryUtilization} of what CUDA reports (default ${rules.share}), and profiles ${chunkTokens.toLocaleString('en-US')} tokens with logits for ${sequences.toLocaleString('en-US')} sequences`,
    rules.countsGraphs
      ? 'CUDA graphs count against that share (since 0.20)'
      : 'CUDA graphs lie outside that share (until 0.19)',
    ...(rules.tokensAreSequences && kinds > 1
      ? [
          'for models with several kinds of layers, the tokens are those that vLLM logs since 0.21: concurrency at full context times that context',
        ]
      : []),
    ...(tensor > 1 ? ['buffers for communication are a mean of published logs'] : []),
    ...(images ? [images.note] : []),
    ...(isMultimodal && !images && mostImages !== 0
      ? [
          'the profile run of the encoders of images or sound is not included, since the largest input of this family or version is not known here: it can take several GiB, unless --skip-mm-profiling is set or --limit-mm-per-prompt is 0',
        ]
      : []),
  ]
}
