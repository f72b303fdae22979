/** How an axolotl config shares a model among GPUs. */

import type { LayoutOptions } from '../../../estimate/layout-options.js'
import { deepspeedIn } from '../deepspeed-keys.js'
import type { JobKeys } from '../job-keys.js'
import { fsdpIn, type JobSharding } from '../sharding-keys.js'
import { given } from '../shared-keys.js'

export function shardingIn(
  keys: JobKeys,
  config: JobKeys | undefined,
): (JobSharding & { readonly ranks?: number }) | undefined {
  const hasFsdp = keys.has('fsdp')
  const version = keys.count('fsdp_version')
  const ranks = keys.count('dp_shard_size')
  const fsdp = config
    ? fsdpIn(config, version)
    : hasFsdp || ranks
      ? ({ strategy: version === 1 ? 'fsdp1' : 'fsdp2' } as const)
      : undefined
  const shared = fsdp ?? deepspeedIn(keys, 'deepspeed')
  if (keys.has('dp_replicate_size')) keys.count('dp_replicate_size')
  return shared && { ...shared, ...(ranks !== undefined && { ranks }) }
}

/** accelerate holds what is trained in float32 where FSDP has mixed precision (1.15.0, `accelerator.py`). */
export function upcast<Shares extends JobSharding>(sharding: Shares, method: string, autocast: boolean): Shares {
  const isUpcast = method === 'full' && autocast && sharding.strategy.startsWith('fsdp')
  return isUpcast ? { ...sharding, parameterDtype: 'float32', reduceDtype: 'bfloat16' } : sharding
}

export function layoutIn(keys: JobKeys): LayoutOptions | undefined {
  const layout = given<LayoutOptions>({
    tensor: keys.count('tensor_parallel_size'),
    context: keys.count('context_parallel_size') ?? keys.count('sequence_parallel_degree'),
    expert: keys.count('expert_parallel_size'),
  })
  return Object.values(layout).some((degree) => degree !== 1) ? layout : undefined
}
