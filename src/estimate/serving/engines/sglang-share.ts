import type { EngineInput } from './engine.js'
import { sinceVersion } from './versions.js'

const MIB = 2 ** 20

/**
 * The static share of the card, that of weights and cache, which SGLang computes from the size that nvidia-smi reports
 * (`mem_fraction_static`). Everything else lies outside it. Read in srt/server_args.py of 0.3 to 0.5.16 and in srt/arg_groups/memory_hook.py
 * of 0.5.20 and 0.5.23.
 */
export interface SglangShare {
  readonly share: number
  readonly chunkTokens: number
  /** The largest batch that CUDA graphs are made for: `cuda_graph_max_bs`. */
  readonly graphSequences: number
  /** MiB that come out of the cache besides, for what images leave behind: `mm_runtime_reservation_gb`. */
  readonly reservedMib: number
}

type Sizes = Pick<SglangShare, 'chunkTokens' | 'graphSequences'>

/** The rules of a version. */
interface Rules {
  readonly settings: readonly Settings[]
  /** How a share is chosen that is not given. */
  readonly choose: (input: EngineInput, sizes: Sizes, rules: Rules) => number
  /** What a draft layer adds to the reserve, in MiB: nothing where its weights are counted. */
  readonly draftMib: number
  /** Whether prompts have CUDA graphs by default, for which memory is reserved. */
  readonly promptGraphs: 'none' | 'piecewise' | 'breakable'
  readonly imageCacheMib: number
}

/** Cards below so many GiB: tokens in a chunk, and sequences in a graph on fewer than four GPUs, and on more. */
type Settings = readonly [belowGib: number, chunkTokens: number, few: number, many: number]

const LARGE: readonly Settings[] = [
  [60, 4096, 32, 160],
  [90, 8192, 256, 512],
  [160, 8192, 256, 512],
  [Number.POSITIVE_INFINITY, 16_384, 512, 512],
]

const SETTINGS: readonly Settings[] = [[20, 2048, 8, 8], [35, 2048, 24, 80], ...LARGE]

/** 0.5.20 makes larger graphs on cards of 24 and 32 GB. */
const NEW_SETTINGS: readonly Settings[] = [[20, 2048, 8, 8], [35, 4096, 48, 160], ...LARGE]

const OLD_SETTINGS: readonly Settings[] = [
  [25_000 / 1024, 2048, 8, 80],
  [Number.POSITIVE_INFINITY, 8192, 160, 160],
]

const V05: Rules = { settings: SETTINGS, choose: byFormula, draftMib: 2048, promptGraphs: 'none', imageCacheMib: 0 }

const RULES: readonly (readonly [since: string, rules: Rules])[] = (() => {
  const v0510: Rules = { ...V05, draftMib: 4096, promptGraphs: 'piecewise' }
  const v0514: Rules = { ...v0510, draftMib: 0 }
  const v0516: Rules = { ...v0514, promptGraphs: 'breakable' }
  const v0520: Rules = { ...v0516, settings: NEW_SETTINGS, imageCacheMib: 100 }
  return [
    ['0.5.20', v0520],
    ['0.5.16', v0516],
    ['0.5.14', v0514],
    ['0.5.10', v0510],
    ['0.5', V05],
    ['0.4.10', { ...V05, choose: bySize }],
    ['0.3', { ...V05, settings: OLD_SETTINGS, choose: byGpus }],
  ]
})()

/** The versions whose source was read, newest first. */
export const SGLANG_VERSIONS: readonly string[] = ['0.5.23', ...RULES.map(([since]) => since)]

/** The share and the sizes of a version, on a card. */
export function sglangShare(input: EngineInput, version: string): SglangShare {
  const rules = sinceVersion(RULES, version)
  const mib = driverMib(input)
  const [, ownChunk, few, many] = rules.settings.find(([below]) => mib < below * 1024) ?? LARGEST
  const own = input.tensor < 4 ? few : many
  const sizes = {
    chunkTokens: input.chunkTokens ?? ownChunk,
    graphSequences: Math.min(own, input.maxBatchSequences ?? own),
  }
  return {
    ...sizes,
    share: rules.choose(input, sizes, rules),
    reservedMib: input.isMultimodal ? rules.imageCacheMib : 0,
  }
}

const LARGEST: Settings = [Number.POSITIVE_INFINITY, 16_384, 512, 512]

/** 0.5: a reserve from the chunk, the CUDA graphs and the number of GPUs. */
function byFormula(input: EngineInput, { chunkTokens, graphSequences }: Sizes, rules: Rules): number {
  const mib = driverMib(input)
  const ranks = input.tensor * input.pipeline
  const own =
    512 +
    Math.max(chunkTokens, 2048) * 1.5 +
    graphSequences * 2 +
    (ranks / 8) * 1024 +
    promptGraphMib(input, chunkTokens, rules)
  const reserve = (mib > 60 * 1024 ? Math.max(own, 10 * 1024) : own) + draftMib(input, rules)
  return forImages(input, rounded((mib - reserve) / mib))
}

/** CUDA graphs of prompts: eight MiB for each size that is captured, or 1.5 GiB with latent attention (`reserve_for_graph_mb`). */
function promptGraphMib(input: EngineInput, chunkTokens: number, { promptGraphs }: Rules): number {
  if (promptGraphs === 'none' || input.pipeline > 1 || input.isMultimodal) return 0
  if (promptGraphs === 'piecewise' && (input.hasAdapters || input.hasDraftLayer)) return 0
  if (input.blocks.some(({ kind }) => kind === 'latent' || kind === 'compressed')) return 1536
  return 8 * capturedSizes(chunkTokens)
}

/** How many sizes of prompts are captured: steps of 4 up to 32, of 16 up to 256, and so on (`generate_prefill_cuda_graph_batch_sizes`). */
function capturedSizes(largest: number): number {
  return STEPS.reduce(
    (count, [from, to, step]) => count + Math.max(0, Math.floor((Math.min(to, largest) - from) / step) + 1),
    0,
  )
}

const STEPS: readonly (readonly [from: number, to: number, step: number])[] = [
  [4, 32, 4],
  [48, 256, 16],
  [288, 512, 32],
  [576, 1024, 64],
  [1280, 4096, 256],
  [4608, Number.POSITIVE_INFINITY, 512],
]

/** 0.4.10: a reserve by the size of the card. */
function bySize(input: EngineInput, _: Sizes, rules: Rules): number {
  const mib = driverMib(input)
  const ranks = input.tensor * input.pipeline
  const gib =
    mib < 35 * 1024 ? 2.8 + ranks / 10 : mib < 90 * 1024 ? 9.5 + ranks / 2 : mib < 160 * 1024 ? 12 + ranks / 2 : 32
  return forImages(input, rounded((mib - gib * 1024 - draftMib(input, rules)) / mib))
}

/** 0.3: by the number of GPUs. */
function byGpus({ tensor }: EngineInput): number {
  return tensor >= 16 ? 0.79 : tensor >= 8 ? 0.81 : tensor >= 4 ? 0.85 : tensor >= 2 ? 0.87 : 0.88
}

function draftMib({ hasDraftLayer }: EngineInput, rules: Rules): number {
  return hasDraftLayer ? rules.draftMib : 0
}

/** `adjust_mem_fraction_for_vlm`: a twentieth less, and up to a fifth less again the larger the encoder of images is. */
function forImages({ encoder }: EngineInput, share: number): number {
  if (!encoder) return share
  const size = (encoder.layers * encoder.hiddenSize ** 2) / (24 * 1024 ** 2)
  return share * 0.95 * Math.max(0.8, Math.min(1.05, 1 - 0.1 * (size - 1)))
}

function rounded(share: number): number {
  return Math.round(share * 1000) / 1000
}

function driverMib({ gpu }: EngineInput): number {
  return (gpu.driverBytes ?? gpu.memoryBytes) / MIB
}
