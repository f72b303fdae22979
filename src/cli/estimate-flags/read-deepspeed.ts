import type { DeepspeedOptions } from '../../estimate/deepspeed-options.js'
import { nearest, quoted } from '../../options/index.js'

/** The names of a DeepSpeed config that an estimate counts. */
const NAMES: Readonly<Record<string, keyof DeepspeedOptions>> = {
  reduce_bucket_size: 'reduceBucketSize',
  overlap_comm: 'overlapComm',
  stage3_prefetch_bucket_size: 'prefetchBucketSize',
  stage3_max_live_parameters: 'maxLiveParameters',
  stage3_max_reuse_distance: 'maxReuseDistance',
  stage3_param_persistence_threshold: 'paramPersistenceThreshold',
}

/** Each key of `zero_optimization` with the option that it stands for. */
export const DEEPSPEED_KEYS: ReadonlyMap<string, keyof DeepspeedOptions> = new Map(Object.entries(NAMES))

/** The keys, for completion. */
export const DEEPSPEED_NAMES: readonly string[] = [...DEEPSPEED_KEYS.keys()]

/** `reduce_bucket_size=2e8,overlap_comm=true`. */
export function readDeepspeed(text: string): unknown {
  const options: Record<string, unknown> = {}
  for (const item of text.split(',')) {
    const [, key = '', value = ''] = /^\s{0,20}(\w{1,60})=([\w.+]{1,30})\s{0,20}$/.exec(item) ?? []
    const name = DEEPSPEED_KEYS.get(key)
    if (name === undefined) throw unknown(item, key)
    if (Object.hasOwn(options, name)) throw new TypeError(`${key} is given twice in ${quoted(text)}`)
    options[name] = value === 'auto' ? value : value === 'true' ? true : value === 'false' ? false : Number(value)
  }
  return options
}

function unknown(item: string, key: string): TypeError {
  const near = nearest(key, DEEPSPEED_NAMES)
  const help = near === undefined ? `the names are ${DEEPSPEED_NAMES.join(', ')}` : `did you mean ${quoted(near)}?`
  return new TypeError(`expected names and numbers, such as reduce_bucket_size=2e8, not ${quoted(item)}; ${help}`)
}
