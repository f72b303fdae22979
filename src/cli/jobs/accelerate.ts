import type { JobFormat } from './job.js'
import type { JobKeys } from './job-keys.js'
import { FSDP_NO_EFFECT, fsdpIn, fsdpRecompute, type JobSharding, zeroOf } from './sharding-keys.js'

/** accelerate's config, beside that of a job: accelerate 1.15.0, `commands/config/config_args.py`. */
export const ACCELERATE: JobFormat = {
  name: 'accelerate',
  marks: ['distributed_type', 'compute_environment'],
  noEffect: [
    ...FSDP_NO_EFFECT,
    'compute_environment',
    'debug',
    'downcast_bf16',
    'enable_cpu_affinity',
    'gpu_ids',
    'machine_rank',
    'main_*',
    'num_machines',
    'rdzv_*',
    'same_network',
    'tpu_*',
    'use_cpu',
    'fp8_*',
    'dynamo_*',
    'command_*',
    'deepspeed_*',
    'zero3_*',
  ],
  read(keys) {
    const ranks = keys.count('num_processes') ?? 1
    const type = keys.text('distributed_type') ?? 'NO'
    const precision = keys.text('mixed_precision')
    const fsdp = keys.section('fsdp_config')
    // DeepSpeed's engine changes what one rank needs, too.
    const found = ranks > 1 || type.toUpperCase() === 'DEEPSPEED' ? sharingOf(type, keys, fsdp) : undefined
    const sharding = ranks > 1 || found?.strategy.startsWith('zero') ? found : undefined
    return {
      format: 'accelerate',
      options: {
        ...(precision === 'bf16' && { autocast: true }),
        ...(precision === 'fp16' && { autocast: true, dtype: 'float16' as const }),
        ...(sharding && fsdpRecompute(fsdp)),
        ...(sharding && { sharding: { ...sharding, ranks } }),
      },
    }
  },
}

function sharingOf(type: string, keys: JobKeys, config: JobKeys | undefined): JobSharding | undefined {
  const name = type.toUpperCase()
  if (name === 'FSDP') return config ? fsdpIn(config, undefined) : { strategy: 'fsdp1' }
  if (name === 'DEEPSPEED') return zeroIn(keys)
  if (name === 'MULTI_GPU' || name === 'NO') return { strategy: 'ddp' }
  throw keys.refuse('distributed_type', `${type} cannot be estimated; FSDP, DEEPSPEED and MULTI_GPU can`)
}

function zeroIn(keys: JobKeys): JobSharding | undefined {
  const config = keys.section('deepspeed_config')
  const zero = zeroOf(config?.any('zero_stage'))
  if (!config || !zero) return { strategy: 'ddp' }
  const isOnCpu = (name: string) => config.has(name) && config.text(name) !== 'none'
  const parameters = isOnCpu('offload_param_device') ? (['parameters'] as const) : []
  const optimizer = isOnCpu('offload_optimizer_device') ? (['optimizer'] as const) : []
  const offload = [...parameters, ...optimizer]
  return { ...zero, ...(offload.length > 0 && { offload }) }
}
