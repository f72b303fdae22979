import type { MemoryOptions } from '../../estimate/index.js'
import type { ShardingOptions } from '../../estimate/sharding-options.js'
import type { JobKeys } from './job-keys.js'

/** How a job shares the model; the number of ranks is often said elsewhere. */
export type JobSharding = Omit<ShardingOptions, 'ranks'>

/** The option `sharding`, for ranks that share the model and for activations on the CPU. */
export function sharingOf(
  shared: JobSharding | undefined,
  {
    ranks = 1,
    isOffloaded = false,
    syncEachBatch,
  }: {
    readonly ranks?: number | undefined
    readonly isOffloaded?: boolean
    readonly syncEachBatch?: boolean | undefined
  },
): Pick<MemoryOptions, 'sharding'> {
  if (!shared && !isOffloaded) return {}
  const { offload = [], ...others } = shared ?? { strategy: 'none' as const }
  const all = isOffloaded ? [...offload, 'activations' as const] : offload
  const isFsdp = others.strategy.startsWith('fsdp')
  return {
    sharding: {
      ...others,
      ranks,
      ...(isFsdp && syncEachBatch !== undefined && { syncEachBatch }),
      ...(all.length > 0 && { offload: all }),
    },
  }
}

/** Whether the Trainer reduces the gradients of each micro-batch, as `accelerator_config` says. */
export function syncEachBatchIn(keys: JobKeys): boolean | undefined {
  if (typeof keys.any('accelerator_config') === 'string') {
    keys.warn('accelerator_config', 'the file is not read')
    return undefined
  }
  return keys.glance('accelerator_config')?.glance('gradient_accumulation_kwargs')?.flag('sync_each_batch')
}

/** `fsdp_config` of accelerate, transformers and axolotl, whose keys may have the prefix `fsdp_`. */
export function fsdpIn(keys: JobKeys, version: number | undefined): JobSharding {
  const pick = (name: string) => (keys.has(`fsdp_${name}`) ? `fsdp_${name}` : name)
  const said = keys.any(pick('version')) ?? version
  const isSecond = Number(said ?? 1) === 2
  const reshard = keys.flagOrText(pick('reshard_after_forward'))
  const old = keys.any(pick('sharding_strategy'))
  const keeps = reshard === false || reshard === 'SHARD_GRAD_OP' || old === 'SHARD_GRAD_OP' || old === 2
  if (old === 'NO_SHARD' || reshard === 'NO_SHARD') return { strategy: 'ddp' }
  if (typeof old === 'string' && old.startsWith('HYBRID'))
    keys.warn(pick('sharding_strategy'), 'counted as sharding over all ranks')
  return {
    strategy: isSecond ? 'fsdp2' : 'fsdp1',
    ...(keeps && { reshardAfterForward: false }),
    ...((keys.flag(pick('offload_params')) || keys.flag(pick('cpu_offload'))) && { offload: ['parameters'] }),
  }
}

/**
 * `fsdp` and `fsdp_config` of the Trainer (transformers 5.24.0, `training_args.py`), which means FSDP2 unless `version` is 1. Words such as
 * `full_shard offload` are the older way to say what `fsdp_config` says.
 */
export function trainerFsdpIn(keys: JobKeys, config: JobKeys | undefined): JobSharding | undefined {
  const value = keys.any('fsdp')
  const words = typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : Array.isArray(value) ? value : []
  const isOn = value === undefined ? config !== undefined : value === true || words.length > 0
  if (!isOn) return undefined
  const unknown = words.find((word) => !TRAINER_WORDS.includes(word))
  if (unknown !== undefined)
    throw keys.refuse('fsdp', `not ${String(unknown)}; known words: ${TRAINER_WORDS.join(', ')}`)
  const own: JobSharding = config ? fsdpIn(config, 2) : { strategy: 'fsdp2' }
  if (own.strategy === 'ddp' || words.includes('no_shard')) return { strategy: 'ddp' }
  if (words.some((word) => String(word).startsWith('hybrid'))) keys.warn('fsdp', 'counted as sharding over all ranks')
  const keeps = words.includes('shard_grad_op') && !config?.has('reshard_after_forward')
  return {
    ...own,
    ...(keeps && { reshardAfterForward: false }),
    ...(words.includes('offload') && { offload: ['parameters'] }),
  }
}

const TRAINER_WORDS: readonly unknown[] = [
  'full_shard',
  'shard_grad_op',
  'no_shard',
  'hybrid_shard',
  'hybrid_shard_zero2',
  'offload',
  'auto_wrap',
]

/** What `fsdp_config` says about recomputation, which it can ask for in place of the trainer. */
export function fsdpRecompute(keys: JobKeys | undefined): MemoryOptions {
  const isOn = keys?.flag('activation_checkpointing') ?? keys?.flag('fsdp_activation_checkpointing')
  return isOn ? { recompute: 'layers' } : {}
}

/** Keys of `fsdp_config` that change nothing that an estimate counts. */
export const FSDP_NO_EFFECT: readonly string[] = [
  'fsdp_auto_wrap_policy',
  'auto_wrap_policy',
  'fsdp_transformer_layer_cls_to_wrap',
  'transformer_layer_cls_to_wrap',
  'fsdp_cpu_ram_efficient_loading',
  'cpu_ram_efficient_loading',
  'fsdp_state_dict_type',
  'state_dict_type',
  'final_state_dict_type',
  'fsdp_final_state_dict_type',
  'fsdp_sync_module_states',
  'sync_module_states',
  'fsdp_use_orig_params',
  'use_orig_params',
  'fsdp_limit_all_gathers',
  'limit_all_gathers',
  'fsdp_backward_prefetch',
  'fsdp_backward_prefetch_policy',
  'backward_prefetch',
  'fsdp_forward_prefetch',
  'forward_prefetch',
  'fsdp_min_num_params',
  'min_num_params',
  'cpu_offload_pin_memory',
  'xla*',
]

/** A stage of DeepSpeed's ZeRO. */
export function zeroOf(stage: unknown): JobSharding | undefined {
  const number = Number(stage)
  return number === 1 || number === 2 || number === 3 ? { strategy: `zero-${number}` } : undefined
}

/** The stage that the name of a DeepSpeed config tells: `deepspeed_configs/zero3_bf16.json`, `ds_z2_offload_config.json`. */
export function zeroOfName(name: string): JobSharding | undefined {
  const [, stage] = /(?:zero|_z)_?(?:stage)?([123])/i.exec(name) ?? []
  const zero = zeroOf(stage)
  if (!zero || !/offload/i.test(name)) return zero
  return {
    ...zero,
    offload: zero.strategy === 'zero-3' && !/offload_optim/i.test(name) ? ['parameters', 'optimizer'] : ['optimizer'],
  }
}
