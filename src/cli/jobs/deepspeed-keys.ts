import { DEEPSPEED_OPTIONS, type DeepspeedOptions } from '../../estimate/deepspeed-options.js'
import { DEEPSPEED_KEYS } from '../estimate-flags/read-deepspeed.js'
import type { JobKeys } from './job-keys.js'
import { type JobSharding, zeroOf, zeroOfName } from './sharding-keys.js'

/** `deepspeed`: a config of DeepSpeed, in the job or in a file of its own. */
export function deepspeedIn(keys: JobKeys, key: string): JobSharding | undefined {
  const value = keys.any(key)
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string') return zeroIn(keys.section(key))
  const file = keys.beside(value)
  if (file) return zeroIn(file)
  const named = zeroOfName(value)
  if (!named) throw keys.refuse(key, `${value} cannot be read: give --sharding, or the file`)
  keys.warn(key, `${value} cannot be read; its name says ${named.strategy}`)
  return named
}

function zeroIn(config: JobKeys | undefined): JobSharding | undefined {
  const zero = config?.section('zero_optimization')
  const strategy = zeroOf(zero?.any('stage'))
  if (!config || !zero || !strategy) return undefined
  const isOnCpu = (name: string) => {
    const device = zero.section(name)?.any('device')
    return device !== undefined && device !== 'none'
  }
  const parameters = isOnCpu('offload_param') ? (['parameters'] as const) : []
  const optimizer = isOnCpu('offload_optimizer') ? (['optimizer'] as const) : []
  const offload = [...parameters, ...optimizer]
  if (config.section('torch_autocast')?.flag('enabled'))
    config.warn('torch_autocast', 'not counted; --autocast counts the forward pass under autocast')
  const sizes = sizesIn(zero, strategy.strategy)
  return {
    ...strategy,
    ...(offload.length > 0 && { offload }),
    ...(Object.keys(sizes).length > 0 && { deepspeed: sizes }),
  }
}

/** What `zero_optimization` says of its stage in sizes. */
function sizesIn(zero: JobKeys, strategy: JobSharding['strategy']): DeepspeedOptions {
  const sizes: Record<string, unknown> = {}
  for (const [key, name] of DEEPSPEED_KEYS) {
    const isOfThird = key.startsWith('stage3_')
    if (isOfThird && strategy !== 'zero-3') continue
    if (name === 'overlapComm' && strategy === 'zero-3') continue
    const value = name === 'overlapComm' ? zero.flag(key) : zero.any(key)
    if (value === undefined || value === null) continue
    const option = typeof value === 'number' ? Math.round(value) : value
    if (!DEEPSPEED_OPTIONS[name].suits(option)) throw zero.refuse(key, `not ${DEEPSPEED_OPTIONS[name].expected}`)
    sizes[name] = option
  }
  return sizes
}
