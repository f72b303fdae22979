import type { Gpu } from '../../gpus.js'
import type { CacheBlock, CacheShape } from '../cache/cache-blocks.js'
import type { CacheBytes } from '../cache/cache-bytes.js'
import type { ServedImages } from '../images.js'
import type { ServedSizes } from '../served-sizes.js'

/** How sure a part of a plan is: computed as the engine's own code does, by a formula of the sizes, or a mean of logs. */
export type Confidence = 'replayed' | 'derived' | 'assumed'

/** A number of bytes, how sure it is, and the range that real runs have. */
export interface Amount {
  readonly bytes: number
  readonly confidence: Confidence
  /** The smallest and the largest number of bytes in published logs; absent if the number is exact. */
  readonly range?: readonly [least: number, most: number]
}

/** Everything that an engine's budget depends on. */
export interface EngineInput {
  readonly gpu: Gpu
  readonly sizes: ServedSizes
  readonly shape: CacheShape
  /** The blocks on one rank. */
  readonly blocks: readonly CacheBlock[]
  /** Bytes of weights on one GPU, with adapters and a draft. */
  readonly weightBytes: number
  /** Bytes of the largest matrix in 16 bits, for methods that unpack it. */
  readonly largestMatrixBytes: number
  readonly tensor: number
  readonly pipeline: number
  /** Whether it has encoders of images or sound. */
  readonly isMultimodal: boolean
  /** What images cost; absent if the model sees none, or if the family's largest image is not known. */
  readonly vision?: ServedImages
  /** The encoder of images as `vision_config` states it; absent without one. */
  readonly encoder?: { readonly layers: number; readonly hiddenSize: number }
  /** Images of a request at most; absent for the engine's own limit. */
  readonly images: number | undefined
  readonly cacheElementBytes: number
  readonly computeBytes: number
  /** Bytes of an element of recurrent states, as the config or the engine says. */
  readonly stateElementBytes: number
  readonly contextTokens: number
  readonly concurrency: number
  readonly promptTokens: number
  readonly memoryUtilization: number | undefined
  readonly chunkTokens: number | undefined
  readonly maxBatchSequences: number | undefined
  readonly hasAdapters: boolean
  readonly draftTokens: number
  readonly hasDraftLayer: boolean
}

/** How an engine divides the memory of a card. */
export interface Budget {
  /** The share of the card that weights, activations and cache may use. */
  readonly memoryUtilization: number
  readonly activation: Amount
  readonly graphs: Amount
  /** The CUDA context, communication buffers and workspaces of libraries. */
  readonly other: Amount
  /** What is left for the cache. */
  readonly cacheBytes: number
  /** What must lie outside `memoryUtilization` × the card, such as SGLang's activations; the card is too small if it does not. */
  readonly outsideBytes: number
  readonly cache: CacheAccount
  /** Sequences that the engine processes at a time. */
  readonly maxBatchSequences: number
  readonly chunkTokens: number
  readonly sources: readonly string[]
  readonly notes: readonly string[]
}

/** How an engine counts its cache. */
export interface CacheAccount {
  readonly bytes: CacheBytes
  /** Tokens in a block. */
  readonly blockTokens: number
  /** The tokens that the engine reports for so many bytes. */
  readonly tokensIn: (bytes: number) => number
  /** Bytes that a sequence of so many tokens takes, in whole blocks. */
  readonly bytesFor: (tokens: number) => number
  /** How many sequences of so many tokens fit. */
  readonly sequencesIn: (bytes: number, tokens: number) => number
}

/** An engine: its versions, newest first, and its budget. */
export interface EngineModel {
  readonly versions: readonly string[]
  readonly budget: (input: EngineInput, version: string) => Budget
  /** Whether the memory that a version takes for images is described. Default: it is not. */
  readonly countsImages?: (version: string) => boolean
  /** Whether a version does not load the encoder of images if no request may have one. Default: it does. */
  readonly leavesOutEncoder?: (version: string) => boolean
}
