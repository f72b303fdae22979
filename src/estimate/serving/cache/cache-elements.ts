import type { Architecture } from '../../../architecture/index.js'
import { CACHE_DTYPES, type ServingOptions } from '../options.js'
import type { WeightStorage } from '../weights/weight-storage.js'

/** Bytes of one element of the cache: as asked, or in the type that the model computes in. */
export function cacheElementBytes(
  { cacheDtype, cacheBytes, engine }: ServingOptions,
  { computeDtype }: WeightStorage,
): number {
  if (cacheDtype !== undefined) return CACHE_DTYPES[cacheDtype]
  if (cacheBytes !== undefined) return cacheBytes
  return engine === 'llama.cpp' || computeDtype !== 'float32' ? 2 : 4
}

/** The type of recurrent states: what the config states (`mamba_ssm_dtype` of Qwen3.5, `mamba_ssm_cache_dtype` of Nemotron-H), else that of the model. */
export function stateElementBytes({ config }: Architecture, { computeDtype }: WeightStorage): number {
  const text = config?.['text_config']
  const nested: Readonly<Record<string, unknown>> = typeof text === 'object' && text !== null ? { ...text } : {}
  for (const name of ['mamba_ssm_dtype', 'mamba_ssm_cache_dtype']) {
    if (config?.[name] === 'float32' || nested[name] === 'float32') return 4
  }
  return computeDtype === 'float32' ? 4 : 2
}
