import { isInUse, type ShardingOptions, type ShardingStrategy } from '../sharding-options.js'

type Refused = Readonly<Partial<Record<ShardingStrategy, string>>>

/** Why data-parallel ranks of a strategy cannot have stages of a pipeline, with a way out; absent if they can. */
export function strategyBesidePipeline(sharding: ShardingOptions): string | undefined {
  return refused(sharding, BESIDE_PIPELINE)
}

/** Why tensor-parallel ranks cannot stand beside data-parallel ranks of a strategy, with a way out; absent if they can. */
export function strategyBesideTensor(sharding: ShardingOptions): string | undefined {
  return refused(sharding, BESIDE_TENSOR)
}

function refused({ strategy, ranks }: ShardingOptions, table: Refused): string | undefined {
  const why = isInUse({ strategy, ranks }) ? table[strategy] : undefined
  return why && `${strategy}${why}`
}

// `PipelineEngine` in `runtime/pipe/engine.py`.
const STOPS_IN_PIPELINE =
  ', which is incompatible with pipelines in DeepSpeed 0.19.8 (`PipelineEngine`): use fsdp2, hsdp or ddp'

const BESIDE_PIPELINE: Refused = {
  'zero-1':
    ', which needs the pipelines of DeepSpeed (`PipelineModule`): their schedule is not estimated, only that of torch; use fsdp2, hsdp or ddp',
  'zero-2': STOPS_IN_PIPELINE,
  'zero-3': STOPS_IN_PIPELINE,
  fsdp1:
    ", of which torch's pipelines know nothing (2.15, `backward_maybe_with_nosync` in `pipelining/stage.py`): use fsdp2, hsdp or ddp",
}

const OF_DEEPSPEED = ', whose tensor parallelism in DeepSpeed (AutoTP) is not estimated: use fsdp2 or hsdp'

const BESIDE_TENSOR: Refused = {
  ddp: ', which accelerate 1.15.0 refuses (`ParallelismConfig` in its `parallelism_config.py`): use fsdp2 or hsdp',
  'zero-1': OF_DEEPSPEED,
  'zero-2': OF_DEEPSPEED,
  'zero-3': OF_DEEPSPEED,
  fsdp1: ': use fsdp2 or hsdp',
}
