import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'
import type { ShardingStrategy } from './sharding-options.js'

/**
 * Refuses packed weights that stop where ranks hold shards of them.
 *
 * @throws TypeError that says where the code stops, and a way out
 */
export function refuseStorage(options: CheckedMemoryOptions): void {
  const found = stoppedStorage(options)
  if (found) throw new TypeError(found)
}

/** That packed weights stop where ranks hold shards of them, with a way out; absent if they do not. */
export function stoppedStorage({ method, storage, sharding }: CheckedMemoryOptions): string | undefined {
  if (sharding.ranks === 1 || storage !== 'int8' || methodOf(method).trains === 'nothing') return undefined
  const found = STOPS.get(sharding.strategy)
  return (
    found &&
    `weights in int8 cannot be estimated with ${sharding.strategy}, which stops at them (${found}): pass \`quantization: 'nf4'\`, or use ddp or ZeRO`
  )
}

const OF_BITSANDBYTES = 'bitsandbytes 0.50.2, `nn/modules.py`: the shard of a weight "has no attribute \'CB\'"'

/** What stops, and what it says: seen with torch 2.15. DDP and ZeRO-1 to 3 run. */
const STOPS: ReadonlyMap<ShardingStrategy, string> = new Map([
  ['fsdp1', 'torch 2.15, `_flat_param.py`: "Cannot flatten integer dtype tensors"'],
  ['fsdp2', OF_BITSANDBYTES],
  ['hsdp', OF_BITSANDBYTES],
])
