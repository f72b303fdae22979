import type { ServingOptions } from './options.js'
import type { ServingChange, ServingPlan } from './serving-plan.js'

/**
 * What makes a model fit, the cheapest change first: what costs nothing but room, then what costs accuracy, then what costs money.
 *
 * @param plan - plans with other options; `undefined` where they are impossible
 */
export function changesThatFit(
  plan: (changed: ServingOptions) => ServingPlan | undefined,
  current: ServingPlan,
  smallest: ServingPlan | undefined,
): ServingChange[] {
  const thatFit = (all: readonly Candidate[]): ServingChange[] =>
    all.flatMap(({ change, options }) => {
      const changed = plan(options)
      return changed?.fits ? [{ change, options: flat(options), headroomBytes: changed.headroomBytes }] : []
    })
  const { largestContextTokens: tokens } = current
  const shorter =
    tokens >= LEAST_CONTEXT && tokens < current.contextTokens
      ? [
          {
            change: `a context of at most ${tokens.toLocaleString('en-US')} tokens`,
            options: { contextTokens: tokens },
            headroomBytes: plan({ contextTokens: tokens })?.headroomBytes ?? 0,
          },
        ]
      : []
  const larger =
    smallest && smallest.gpu.memoryBytes > current.gpu.memoryBytes
      ? [
          {
            change: `a larger GPU: ${smallest.gpu.name}`,
            options: { gpu: smallest.gpu.name },
            headroomBytes: smallest.headroomBytes,
          },
        ]
      : []
  return [...shorter, ...thatFit(candidates(current)), ...thatFit(moreGpus(current)).slice(0, 1), ...larger]
}

/** A shorter context is no use for anyone. */
const LEAST_CONTEXT = 512

function flat({ draft: _, gpu: __, ...options }: ServingOptions): Readonly<Record<string, string | number>> {
  return options
}

interface Candidate {
  readonly change: string
  readonly options: ServingOptions
}

function candidates(current: ServingPlan): Candidate[] {
  const { engine, memoryUtilization, precision } = current
  const hasShare = engine === 'vllm' || engine === 'sglang' || engine === 'tgi'
  const eight = engine === 'llama.cpp' ? 'q8_0' : 'fp8'
  const four = engine === 'llama.cpp' ? 'q4_k_m' : 'int4'
  return [
    ...(hasShare && memoryUtilization < 0.95
      ? [{ change: 'memoryUtilization 0.95, if nothing else uses the GPU', options: { memoryUtilization: 0.95 } }]
      : []),
    ...(engine === 'vllm'
      ? [
          { change: 'no images: images 0, if no request has one', options: { images: 0 } },
          { change: 'fewer sequences at a time: maxBatchSequences 64', options: { maxBatchSequences: 64 } },
          {
            change: 'smaller chunks of prompts: chunkTokens 2,048 and maxBatchSequences 64',
            options: { chunkTokens: 2048, maxBatchSequences: 64 },
          },
        ]
      : []),
    {
      change: `a cache in eight bits: cacheDtype ${engine === 'llama.cpp' ? 'q8_0' : 'fp8'}`,
      options: { cacheDtype: engine === 'llama.cpp' ? 'q8_0' : 'fp8' },
    },
    ...(SIXTEEN.has(precision)
      ? [{ change: `weights in eight bits: precision ${eight}`, options: { precision: eight } as const }]
      : []),
    ...(SIXTEEN.has(precision) || EIGHT.has(precision)
      ? [{ change: `weights in four bits: precision ${four}`, options: { precision: four } as const }]
      : []),
  ]
}

/** More GPUs: as few as are enough. */
function moreGpus({ engine, gpus }: ServingPlan): Candidate[] {
  const way = engine === 'llama.cpp' || engine === 'transformers' ? 'pipelineParallel' : 'tensorParallel'
  return [2, 4, 8, 16].map((times) => ({
    change: `${gpus * times} GPUs of the same kind: ${way} ${times}`,
    options: { [way]: times },
  }))
}

const SIXTEEN: ReadonlySet<string> = new Set(['float32', 'bfloat16', 'float16', 'f16', 'bf16'])
const EIGHT: ReadonlySet<string> = new Set(['fp8', 'int8', 'q8_0'])
