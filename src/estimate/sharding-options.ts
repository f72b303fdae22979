import { boolean, choice, integer, listOf, nested, type OptionTable, required } from '../options/index.js'
import { DEEPSPEED_OPTIONS, type DeepspeedOptions, type DeepspeedSizes } from './deepspeed-options.js'
import { type ComputeDtype, DTYPE_BYTES } from './replay/dtype.js'
import { OFFLOADERS, type Offloader } from './replay/offloading.js'
import type { ShardingRules } from './replay/sharding/sharding-rules.js'
import type { ZeroRules } from './replay/sharding/zero-gradients.js'
import type { TrainingStep } from './replay/step/training-options.js'

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
  /**
   * The dtype that gradients are reduced in. Default: that of the gathered parameters; with `fsdp2` that of the shards, as since
   * torch 2.15.
   */
  readonly reduceDtype?: (typeof DTYPES)[number]
  /**
   * Whether the parameters of a layer are freed after its forward pass and gathered again in backward. Default: yes; in a pipeline no, as
   * in torchtitan.
   */
  readonly reshardAfterForward?: boolean
  /**
   * Whether the gradients of each micro-batch are reduced. If not, they stay whole until the last one, as accelerate has it (`no_sync`) unless
   * `sync_each_batch` is set. Default: yes, as FSDP does on its own.
   */
  readonly syncEachBatch?: boolean
  /** What is kept on the CPU. Default: nothing. */
  readonly offload?: readonly (typeof OFFLOADABLE)[number][]
  /** Whose code keeps activations on the CPU: `OffloadActivations` of torchtune or of TRL, which keeps on the GPU what two operations save, or LLaMA-Factory's for inputs of layers. Default: `torchtune`. */
  readonly offloadedBy?: Offloader
  /** What a DeepSpeed config says in `zero_optimization`. Default: what DeepSpeed does. */
  readonly deepspeed?: DeepspeedOptions
}

/** The checks for the options of sharding. */
export const SHARDING_OPTIONS: OptionTable<ShardingOptions> = {
  strategy: required(choice(SHARDING_STRATEGIES)),
  ranks: required(integer(1, 1_000_000_000)),
  parameterDtype: choice(DTYPES),
  reduceDtype: choice(DTYPES),
  reshardAfterForward: boolean,
  syncEachBatch: boolean,
  offload: listOf(choice(OFFLOADABLE)),
  offloadedBy: choice(OFFLOADERS),
  deepspeed: nested(DEEPSPEED_OPTIONS),
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

/** Whether a strategy changes what a run does. DeepSpeed's engine has float32 copies and buffers of its own on one rank, too. */
export function isInUse({ strategy, ranks }: Pick<ShardingOptions, 'strategy' | 'ranks'>): boolean {
  return ranks > 1 || STRATEGIES[strategy].hasMasters
}

/**
 * Whether one rank fetches parameters that are on the CPU. Without offloading, one rank of DeepSpeed has whole parameters, and gathers none
 * (`NoGatherHandle` in `partition_parameters.py`).
 */
export function fetchesAlone({ strategy, offload }: Pick<ShardingOptions, 'strategy' | 'offload'>): boolean {
  return strategy === 'zero-3' && offload?.includes('parameters') === true
}

/** Sharding as the replay needs it; absent if ranks share neither parameters nor gradients. */
export function shardingRules(
  options: ShardingOptions,
  {
    computeDtype,
    keepsInputs,
    recomputes,
    deepspeed,
  }: {
    computeDtype: ComputeDtype | undefined
    keepsInputs: boolean
    recomputes: boolean
    deepspeed: DeepspeedSizes
  },
): ShardingRules | undefined {
  const { shares, copiesOut, isFlat, hasMasters } = STRATEGIES[options.strategy]
  if (shares !== 'parameters' || (options.ranks === 1 && !fetchesAlone(options))) return undefined
  return {
    ranks: options.ranks,
    sharesParameters: true,
    sharesGradients: !hasMasters,
    fetch: hasMasters
      ? {
          prefetch: deepspeed.prefetchBucketSize,
          live: deepspeed.maxLiveParameters,
          reuse: deepspeed.maxReuseDistance,
          persistence: deepspeed.paramPersistenceThreshold,
          passes: recomputes ? 3 : 2,
        }
      : undefined,
    copiesOut,
    isFlat,
    reshards: options.reshardAfterForward ?? true,
    computeDtype,
    // Since torch 2.15, FSDP2 reduces in the dtype of the shards (`reduce_dtype` of its `MixedPrecisionPolicy`).
    reduceDtype: options.reduceDtype ?? (copiesOut && computeDtype !== undefined ? 'float32' : undefined),
    offloads: options.offload?.includes('parameters') ?? false,
    keepsInputs: keepsInputs && isFlat,
    holdsReduced: options.strategy === 'hsdp',
    reducesLast: options.syncEachBatch === false,
  }
}

/** Bytes of the buffers for gradients that exist for the whole step. */
export function bucketBytes(
  { strategy, ranks, offload }: ShardingOptions,
  { width, deepspeed }: { width: number; deepspeed: DeepspeedSizes },
): TrainingStep['bucketBytes'] {
  if (!isInUse({ strategy, ranks })) return undefined
  // DDP's buckets hold a copy of every gradient, unless `gradient_as_bucket_view` is set (`reducer.cpp`).
  if (strategy === 'ddp') return ({ all }) => all
  const isOffloaded = offload?.includes('optimizer') || offload?.includes('parameters')
  // `stage3.py`: the bucket, and the rank's share of all gradients, which is on the CPU if the optimizer is.
  if (strategy === 'zero-3') return ({ all }) => deepspeed.reduceBucketSize * width + (isOffloaded ? 0 : all / ranks)
  // `temp_grad_buffer_for_gpu_offload` in `stage_1_and_2.py`.
  if (STRATEGIES[strategy].hasMasters && isOffloaded) return ({ largest }) => largest
  return undefined
}

/** How DeepSpeed reduces gradients; absent for other strategies. */
export function zeroRules(
  { strategy, ranks, offload, reduceDtype }: ShardingOptions,
  { reduceBucketSize, overlapComm }: DeepspeedSizes,
): ZeroRules | undefined {
  const stage = ZERO_STAGES[strategy]
  if (stage === undefined) return undefined
  return {
    stage,
    ranks,
    bucketSize: reduceBucketSize,
    overlaps: overlapComm,
    offloads: offload?.includes('optimizer') || offload?.includes('parameters') || false,
    reducedWidth: reduceDtype && DTYPE_BYTES[reduceDtype],
  }
}

const ZERO_STAGES: Readonly<Partial<Record<ShardingStrategy, ZeroRules['stage']>>> = {
  'zero-1': 1,
  'zero-2': 2,
  'zero-3': 3,
}
