import { boolean, choice, integer, type OptionKind, type OptionTable, oneOf } from '../options/index.js'

/** A number of elements, or what transformers fills in for `auto`: a multiple of the hidden size, or of its square. */
type Elements = number | 'auto'

/** What a DeepSpeed config says in `zero_optimization`, with its names in camel case. All sizes are numbers of elements. */
export interface DeepspeedOptions {
  /** The size of the buffer that gradients are reduced in. Default: 5e8, which is 1 GB in 16 bits however small the model is. */
  readonly reduceBucketSize?: Elements
  /** Whether stages 1 and 2 reduce while backward runs, with a second buffer. Default: no. */
  readonly overlapComm?: boolean
  /** How much each module gathers ahead of use in stage 3; 0 for nothing. Default: 5e7. */
  readonly prefetchBucketSize?: Elements
  /** How much stage 3 gathers ahead until it stops. Default: 1e9, which is 2 GB in 16 bits. */
  readonly maxLiveParameters?: number
  /** Without gathering ahead, stage 3 keeps parameters that it uses again after fewer elements than this. Default: 1e9. */
  readonly maxReuseDistance?: number
  /** Stage 3 keeps parameters of at most so many elements on every rank. Default: 1e5. */
  readonly paramPersistenceThreshold?: Elements
}

const SIZE = integer(0, 1e15)

const ELEMENTS: OptionKind<Elements> = oneOf(choice(['auto'] as const), SIZE)

/** The checks for the options of DeepSpeed. */
export const DEEPSPEED_OPTIONS: OptionTable<DeepspeedOptions> = {
  reduceBucketSize: ELEMENTS,
  overlapComm: boolean,
  prefetchBucketSize: ELEMENTS,
  maxLiveParameters: SIZE,
  maxReuseDistance: SIZE,
  paramPersistenceThreshold: ELEMENTS,
}

/** The options of stage 3 alone. */
export const STAGE_3_OPTIONS = [
  'prefetchBucketSize',
  'maxLiveParameters',
  'maxReuseDistance',
  'paramPersistenceThreshold',
] as const

/** The options of DeepSpeed in numbers. */
export interface DeepspeedSizes {
  readonly reduceBucketSize: number
  readonly overlapComm: boolean
  readonly prefetchBucketSize: number
  readonly maxLiveParameters: number
  readonly maxReuseDistance: number
  readonly paramPersistenceThreshold: number
}

/** Every option, with the defaults of DeepSpeed 0.19.8 (`runtime/zero/config.py`). */
export function deepspeedSizes(options: DeepspeedOptions = {}, hiddenSize: number): DeepspeedSizes {
  const { reduceBucketSize = 5e8, prefetchBucketSize = 5e7, paramPersistenceThreshold = 1e5 } = options
  const squared = hiddenSize * hiddenSize
  return {
    overlapComm: options.overlapComm ?? false,
    maxLiveParameters: options.maxLiveParameters ?? 1e9,
    maxReuseDistance: options.maxReuseDistance ?? 1e9,
    // `trainer_config_finalize` in `integrations/deepspeed.py` of transformers.
    reduceBucketSize: reduceBucketSize === 'auto' ? squared : reduceBucketSize,
    prefetchBucketSize: prefetchBucketSize === 'auto' ? Math.floor(0.9 * squared) : prefetchBucketSize,
    paramPersistenceThreshold: paramPersistenceThreshold === 'auto' ? 10 * hiddenSize : paramPersistenceThreshold,
  }
}
