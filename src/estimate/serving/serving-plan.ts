import type { Gpu } from '../gpus.js'
import type { Confidence } from './engines/engine.js'
import type { Engine } from './options.js'
import type { WeightPrecision } from './weights/weight-storage.js'

/** The parts of a plan whose certainty is stated. */
export type ServingPart = 'weights' | 'cache' | 'activations' | 'graphs' | 'other'

/** A change that makes a model fit. */
export interface ServingChange {
  /** In a sentence. */
  readonly change: string
  /** The options that differ. */
  readonly options: Readonly<Record<string, string | number>>
  /** What then remains free, in bytes. */
  readonly headroomBytes: number
}

/** How much memory serving a model needs on one GPU, in bytes, and what fits. */
export interface ServingPlan {
  readonly engine: Engine
  /** The version of the engine whose rules were applied. */
  readonly engineVersion: string
  readonly gpu: Gpu
  /** GPUs for all copies: `tensorParallel` × `pipelineParallel` × `dataParallel`. */
  readonly gpus: number
  readonly precision: WeightPrecision
  /** Whether `concurrency` sequences of `contextTokens` fit. */
  readonly fits: boolean
  /** What the cache has left with them; negative if they do not fit. */
  readonly headroomBytes: number
  /** Weights, with adapters and a draft layer. */
  readonly weightBytes: number
  /** Cache of one token in all layers, until a sliding window is full. */
  readonly cacheBytesPerToken: number
  /** What each sequence keeps whatever its length: recurrent states, and the cache of what an encoder has read. */
  readonly stateBytesPerSequence: number
  readonly activationBytes: number
  readonly graphBytes: number
  /** CUDA context, communication buffers, workspaces. */
  readonly otherBytes: number
  /** What the engine has for the cache; negative if weights and activations alone are too large. */
  readonly cacheBytes: number
  /** Tokens in that cache, as the engine counts them. */
  readonly cacheTokens: number
  /** Tokens in a block of the cache. */
  readonly blockTokens: number
  readonly contextTokens: number
  readonly concurrency: number
  /** The most sequences of `contextTokens` at the same time, in all copies; 0 if not even one fits. */
  readonly largestConcurrency: number
  /** The same for sequences of `promptTokens` + `answerTokens`; absent unless these are given. */
  readonly largestConcurrencyAtLengths?: number
  /** The longest context that fits with this number of sequences, at most the model's own; 0 if nothing fits. */
  readonly largestContextTokens: number
  readonly memoryUtilization: number
  /** The smallest `memoryUtilization` with which `concurrency` sequences fit; absent if none is enough. */
  readonly smallestMemoryUtilization?: number
  /** The smallest known GPU on which this fits; absent if none does. */
  readonly smallestGpu?: string
  /** The known GPUs that are too small, and why. */
  readonly tooSmall: readonly { readonly gpu: string; readonly reason: string }[]
  /** What makes it fit, the cheapest change first; empty if it fits. */
  readonly changes: readonly ServingChange[]
  readonly confidence: Readonly<Record<ServingPart, Confidence>>
  /** The bytes that real runs have had, for parts that scatter. */
  readonly range: Readonly<Partial<Record<ServingPart, readonly [least: number, most: number]>>>
  /** Files of the engine's source whose rules were applied. */
  readonly sources: readonly string[]
  readonly assumptions: readonly string[]
}
