import { choice, integer, listOf, type OptionTable, required } from '../options/index.js'
import type { ComputeDtype } from './replay/dtype.js'
import type { ShardingRules } from './replay/sharding-rules.js'

/** How data-parallel ranks share a model. */
export const SHARDING_STRATEGIES = ['none', 'ddp', 'zero-1', 'zero-2', 'zero-3', 'fsdp1', 'fsdp2', 'hsdp'] as const

/** One {@link SHARDING_STRATEGIES}. */
export type ShardingStrategy = (typeof SHARDING_STRATEGIES)[number]

const OFFLOADABLE = ['optimizer', 'parameters', 'activations'] as const
const DTYPES = ['bfloat16', 'float16', 'float32'] as const

/** Sharding over data-parallel ranks. The estimate is for rank 0. */
export interface ShardingOptions {
  /**
   * `ddp`: whole copies and gradient buckets. `zero-1`, `zero-2`, `zero-3`: DeepSpeed, which shares optimizer states, gradients,
   * parameters. `fsdp1`, `fsdp2`: torch's `FullyShardedDataParallel` and `fully_shard`. `hsdp`: `fsdp2` within groups of `ranks`.
   */
  readonly strategy: ShardingStrategy
  /** Ranks that share the model. */
  readonly ranks: number
  /** The dtype of shards and optimizer states, if they are gathered in another: `param_dtype` of a mixed-precision policy. */
  readonly parameterDtype?: (typeof DTYPES)[number]
  /** The dtype that gradients are reduced in. Default: that of the gathered parameters. */
  readonly reduceDtype?: (typeof DTYPES)[number]
  /** Whether the parameters of a layer are freed after its forward pass and gathered again in backward. Default: yes. */
  readonly reshardAfterForward?: boolean
  /** What is kept on the CPU. Default: nothing. */
  readonly offload?: readonly (typeof OFFLOADABLE)[number][]
}

/** The checks for the options of sharding. */
export const SHARDING_OPTIONS: OptionTable<ShardingOptions> = {
  strategy: required(choice(SHARDING_STRATEGIES)),
  ranks: required(integer(1, 1_000_000_000)),
  parameterDtype: choice(DTYPES),
  reduceDtype: choice(DTYPES),
  reshardAfterForward: { expected: 'a boolean', suits: (value) => typeof value === 'boolean' },
  offload: listOf(choice(OFFLOADABLE)),
}

/** What a strategy shares, and how. */
interface Strategy {
  readonly shares: 'nothing' | 'states' | 'gradients' | 'parameters'
  readonly copiesOut: boolean
  readonly isFlat: boolean
  /** Whether DeepSpeed updates float32 copies of 16-bit parameters. */
  readonly hasMasters: boolean
}

const STRATEGIES: Readonly<Record<ShardingStrategy, Strategy>> = {
  none: { shares: 'nothing', copiesOut: false, isFlat: false, hasMasters: false },
  ddp: { shares: 'nothing', copiesOut: false, isFlat: false, hasMasters: false },
  'zero-1': { shares: 'states', copiesOut: false, isFlat: false, hasMasters: true },
  'zero-2': { shares: 'gradients', copiesOut: false, isFlat: false, hasMasters: true },
  'zero-3': { shares: 'parameters', copiesOut: false, isFlat: false, hasMasters: true },
  fsdp1: { shares: 'parameters', copiesOut: false, isFlat: true, hasMasters: false },
  fsdp2: { shares: 'parameters', copiesOut: true, isFlat: false, hasMasters: false },
  hsdp: { shares: 'parameters', copiesOut: true, isFlat: false, hasMasters: false },
}

/** The definition of a strategy. */
export function strategyOf(name: ShardingStrategy): Strategy {
  return STRATEGIES[name]
}

/** Sharding as the replay needs it; absent if ranks share neither parameters nor gradients. */
export function shardingRules(
  options: ShardingOptions,
  { computeDtype, keepsInputs }: { computeDtype: ComputeDtype | undefined; keepsInputs: boolean },
): ShardingRules | undefined {
  const { shares, copiesOut, isFlat } = STRATEGIES[options.strategy]
  if (options.ranks === 1 || (shares !== 'gradients' && shares !== 'parameters')) return undefined
  return {
    ranks: options.ranks,
    sharesParameters: shares === 'parameters',
    sharesGradients: true,
    copiesOut,
    isFlat,
    reshards: options.reshardAfterForward ?? true,
    computeDtype,
    reduceDtype: options.reduceDtype,
    offloads: options.offload?.includes('parameters') ?? false,
    keepsInputs: keepsInputs && isFlat,
  }
}

/** The default of `reduce_bucket_size` in DeepSpeed 0.19, in elements. */
const REDUCE_BUCKET = 5e8

/** Bytes of the buffers that gradients are reduced in, for so many bytes of gradients. */
export function bucketBytes(
  { strategy, ranks }: ShardingOptions,
  width: number,
): ((gradients: number) => number) | undefined {
  if (ranks === 1) return undefined
  // DDP's buckets hold a copy of every gradient, unless `gradient_as_bucket_view` is set (`reducer.cpp`).
  if (strategy === 'ddp') return (gradients) => gradients
  // DeepSpeed's `ipg_buffer` (`stage_1_and_2.py`, `stage3.py`).
  if (STRATEGIES[strategy].hasMasters) return (gradients) => Math.min(gradients, REDUCE_BUCKET * width)
  return undefined
}
