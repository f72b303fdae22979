import { type Architecture, roleOf } from '../../architecture/index.js'
import type { CacheDtype, Engine, ServingOptions } from './options.js'
import { isGgufMix } from './weights/gguf-mix.js'

/**
 * Refuses options that an engine does not have, and those that contradict each other, so that none is ignored.
 *
 * @throws RangeError that says what would do
 */
export function checkEngineOptions(options: ServingOptions, model: Architecture): void {
  const { engine = 'vllm', precision, loraRank, loraSlots, contextTokens, promptTokens, answerTokens = 0 } = options
  for (const [name, why] of Object.entries(ABSENT[engine] ?? {}))
    if (options[name as keyof ServingOptions] !== undefined) throw new RangeError(`\`${name}\`: ${why}`)
  checkCacheDtype(engine, options)
  if (precision !== undefined && engine === 'llama.cpp' && !isGgufMix(precision) && !PLAIN.test(precision))
    throw new RangeError(`\`precision\`: llama.cpp has types of ggml, such as "q8_0" and "q4_k_m", not "${precision}"`)
  if (loraRank !== undefined && loraSlots === undefined)
    throw new RangeError('`loraRank` is that of LoRA adapters: give `loraSlots` too, or leave it out')
  if (options.draft && roleOf(model) === 'encoder')
    throw new RangeError(`\`draft\` is for models that write tokens, and ${model.family} is an encoder; leave it out`)
  const length = (promptTokens ?? 1) + answerTokens
  if (contextTokens !== undefined && length > contextTokens)
    throw new RangeError(
      `\`contextTokens\` should be at least ${length}, the length of prompt and answer, not ${contextTokens}; it may be left out`,
    )
}

type Absent = Readonly<Partial<Record<keyof ServingOptions, string>>>

const NO_EXPERT_PARALLEL = 'this engine does not divide experts among GPUs; leave it out'

const ABSENT: Readonly<Partial<Record<Engine, Absent>>> = {
  transformers: {
    chunkTokens: '`generate` runs the whole prompt at once; leave it out',
    maxBatchSequences: '`generate` runs one batch of all sequences: give `concurrency` instead',
    expertParallel: NO_EXPERT_PARALLEL,
  },
  'llama.cpp': {
    maxBatchSequences: 'llama.cpp has a slot for each sequence: give `concurrency` instead',
    expertParallel: NO_EXPERT_PARALLEL,
  },
  tgi: {
    maxBatchSequences: 'TGI reserves nothing for it; leave it out',
    expertParallel: NO_EXPERT_PARALLEL,
  },
}

const PLAIN = /^(?:b?float16|float32)$/

/** The types of ggml are llama.cpp's, which has no others in eight bits. */
function checkCacheDtype(engine: Engine, { cacheDtype, cacheBytes }: ServingOptions): void {
  if (cacheDtype !== undefined && cacheBytes !== undefined)
    throw new RangeError('`cacheDtype` and `cacheBytes` are two names of one thing: give one of them')
  const isGgml = engine === 'llama.cpp'
  const asked: CacheDtype | undefined = cacheDtype ?? (cacheBytes === 1 ? 'fp8' : undefined)
  if (asked === undefined) return
  if (isGgml ? asked === 'fp8' || asked === 'int8' : asked === 'q8_0' || asked === 'q4_0')
    throw new RangeError(
      `\`${cacheDtype === undefined ? 'cacheBytes' : 'cacheDtype'}\`: ${engine} has no cache in ${asked}; ${isGgml ? '"q8_0" and "q4_0" are its types' : '"fp8" is in eight bits'}`,
    )
}
