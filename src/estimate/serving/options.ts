import { choice, integer, nested, number, type OptionTable, required, text } from '../../options/index.js'
import { GPU_CHOICE, type GpuChoice } from '../gpus.js'
import { MOST } from './most.js'
import { WEIGHT_PRECISIONS, type WeightPrecision } from './weights/weight-storage.js'

/** The engines whose budget is known, by the name of their package. */
export const ENGINES = ['vllm', 'sglang', 'transformers', 'llama.cpp', 'tgi', 'tensorrt-llm'] as const

/** An engine that serves a model. */
export type Engine = (typeof ENGINES)[number]

/** Bytes of one element of the cache, by its type. ggml stores a scale of two bytes with each 32 elements. */
export const CACHE_DTYPES = {
  bfloat16: 2,
  float16: 2,
  float32: 4,
  fp8: 1,
  int8: 1,
  q8_0: 34 / 32,
  q4_0: 18 / 32,
} as const

/** The type of keys and values in the cache. */
export type CacheDtype = keyof typeof CACHE_DTYPES

const CACHE_DTYPE_NAMES = Object.keys(CACHE_DTYPES) as readonly CacheDtype[]

/** What proposes tokens that the model then checks: n-grams of the prompt, or an extra layer (MTP, EAGLE). */
export interface DraftOptions {
  readonly kind: 'ngram' | 'mtp' | 'eagle' | 'eagle3'
  /** Tokens that are proposed at a time. Default: 1 for MTP, 3 for the others. */
  readonly tokens?: number
}

const DRAFT: OptionTable<DraftOptions> = {
  kind: required(choice(['ngram', 'mtp', 'eagle', 'eagle3'])),
  tokens: integer(1, 64),
}

/** How the model is served, and on which GPUs. */
export interface ServingOptions {
  /** Default: `vllm`. */
  readonly engine?: Engine
  /** A version of the engine, such as `0.11`. Default: the newest that is described. */
  readonly engineVersion?: string
  /** Default: `h100-80gb`. */
  readonly gpu?: GpuChoice
  /** How weights are stored. Default: as in the checkpoint. */
  readonly precision?: WeightPrecision
  /** Default: the type that the model computes in; float16 with llama.cpp. */
  readonly cacheDtype?: CacheDtype
  /** Bytes of one element of the cache: 2, or 1 for a cache in fp8. The same as `cacheDtype`, in short. */
  readonly cacheBytes?: 1 | 2
  /** GPUs that share each matrix. Default: 1. */
  readonly tensorParallel?: number
  /** Stages of consecutive layers, each on its own GPUs; with transformers, the GPUs of `device_map="auto"`. Default: 1. */
  readonly pipelineParallel?: number
  /** Copies of the model, each with its own requests. Default: 1. */
  readonly dataParallel?: number
  /** GPUs that share the experts of each layer: a divisor of `tensorParallel` × `dataParallel`. Default: 1, a part of every expert on each. */
  readonly expertParallel?: number
  /** The share of the card's memory that the engine may use. Default: the engine's own. */
  readonly memoryUtilization?: number
  /** The longest sequence: prompt and answer. Default: `promptTokens` + `answerTokens` if given, else the model's context, like the engines. */
  readonly contextTokens?: number
  /** Concurrent sequences that should fit. Default: 1. */
  readonly concurrency?: number
  /** Tokens of a prompt. Default: `contextTokens` without `answerTokens`. */
  readonly promptTokens?: number
  /** Tokens of an answer. Default: 0. */
  readonly answerTokens?: number
  /** Tokens of prompts that are processed at a time. Default: the engine's own. */
  readonly chunkTokens?: number
  /** Sequences that the engine processes at a time, for which it reserves logits. Default: the engine's own. */
  readonly maxBatchSequences?: number
  /**
   * Images of a request at most, each as large as the processor makes them; their tokens are part of the context. 0: text only, and vLLM does
   * not load the encoder. Default: vLLM's own profile run, with videos where they are larger; none with other engines.
   */
  readonly images?: number
  /** LoRA adapters that are on the GPU at a time. Default: none. */
  readonly loraSlots?: number
  /** The largest rank of these adapters. Default: 16. */
  readonly loraRank?: number
  /** Speculative decoding. Default: none. */
  readonly draft?: DraftOptions
}

/** The checks for the options of `planServing`. */
export const SERVING_OPTIONS: OptionTable<ServingOptions> = {
  engine: choice(ENGINES),
  engineVersion: text,
  gpu: GPU_CHOICE,
  precision: choice(WEIGHT_PRECISIONS),
  cacheDtype: choice(CACHE_DTYPE_NAMES),
  cacheBytes: choice([1, 2]),
  tensorParallel: integer(1, 1024),
  pipelineParallel: integer(1, 1024),
  dataParallel: integer(1, 1024),
  expertParallel: integer(1, 1_048_576),
  memoryUtilization: number(0.01, 1),
  contextTokens: integer(1, MOST),
  concurrency: integer(1, MOST),
  promptTokens: integer(1, MOST),
  answerTokens: integer(0, MOST),
  chunkTokens: integer(1, MOST),
  maxBatchSequences: integer(1, MOST),
  images: integer(0, 10_000),
  loraSlots: integer(1, 10_000),
  loraRank: integer(1, 10_000),
  draft: nested(DRAFT),
}
