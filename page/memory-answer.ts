import type { Architecture } from '../src/architecture/index.js'
import {
  estimateMemory,
  ForwardPassError,
  type MemoryEstimate,
  type MemoryMethod,
  type MemoryPart,
  type PartBytes,
} from '../src/estimate/index.js'
import type { MemoryQuestion } from './memory-question.js'

/** One case to estimate. */
export interface MemoryCase {
  readonly method: MemoryMethod
  readonly gpus: number
}

/** Bytes in the order of {@link MEMORY_PARTS}. If the family has no forward-pass model: only the static memory, and the reason. */
export interface MemoryAnswer {
  readonly parts: readonly number[]
  readonly totalBytes: number
  readonly estimate?: MemoryEstimate
  readonly refusal?: string
}

/** The parts in the order of a training step, then the overhead. */
export const MEMORY_PARTS: readonly (readonly [MemoryPart | 'overhead', string])[] = [
  ['parameters', 'parameters'],
  ['gradients', 'gradients'],
  ['optimizerStates', 'optimizer'],
  ['activations', 'activations'],
  ['temporary', 'temporary'],
  ['kvCache', 'KV cache'],
  ['buffers', 'buffers'],
  ['overhead', 'overhead'],
]

/** Estimates one case. */
export function memoryAnswer(
  model: Architecture,
  question: MemoryQuestion,
  { method, gpus }: MemoryCase,
): MemoryAnswer {
  const { batchSize, sequenceLength, gradientCheckpointing, rank } = question
  const lora = { rank, targetModules: 'all-linear' } as const
  const options = { method, batchSize, sequenceLength, gradientCheckpointing, lora, world: gpus }
  try {
    const estimate = estimateMemory(model, options)
    return { parts: partsOf(estimate), totalBytes: estimate.totalBytes, estimate }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const resting: Partial<PartBytes> = error instanceof ForwardPassError ? error.parts : {}
    const parts = MEMORY_PARTS.map(([part]) => (part === 'overhead' ? 0 : (resting[part] ?? 0)))
    return { parts, totalBytes: parts.reduce((sum, one) => sum + one, 0), refusal: error.message }
  }
}

function partsOf({ parts, overheadBytes }: MemoryEstimate): number[] {
  return MEMORY_PARTS.map(([part]) => (part === 'overhead' ? overheadBytes : parts[part]))
}
