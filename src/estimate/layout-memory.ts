import type { MemoryEstimate } from './memory-estimate.js'
import type { CheckedMemoryOptions } from './memory-options.js'
import { methodOf } from './methods.js'
import { overheadBytes } from './overhead.js'
import type { ResolvedModel } from './resolved-model.js'
import { runMemory } from './run-memory.js'
import { profileStep, type StepProfile } from './shard/profile.js'
import { type Layout, shardedEstimate } from './sharding.js'

/**
 * Estimates one run in any layout. What does not depend on the layout is computed once.
 *
 * If only data is sharded, the step itself is replayed. For other layouts, its sizes come from a profile.
 */
export function layoutMemory(model: ResolvedModel, options: CheckedMemoryOptions): (layout: Layout) => MemoryEstimate {
  let profile: StepProfile | undefined
  return (layout) => {
    if (methodOf(options.method).trains === 'nothing') {
      const whole = runMemory(model, { ...options, world: 1 })
      return ranksOf(layout) === 1 ? whole : dividedServing(whole, layout)
    }
    if (layout.tensor * layout.pipeline * layout.expert === 1)
      return runMemory(model, { ...options, world: layout.data })
    profile ??= profileStep(model, options)
    return shardedEstimate(profile, layout, overheadBytes(options.method))
  }
}

/** Serving on several GPUs: weights and cache in equal parts; with tensor parallelism, activations too. */
function dividedServing(whole: MemoryEstimate, layout: Layout): MemoryEstimate {
  const ranks = ranksOf(layout)
  const { parts } = whole
  const divided = {
    ...parts,
    parameters: Math.ceil(parts.parameters / ranks),
    kvCache: Math.ceil(parts.kvCache / ranks),
    activations: Math.ceil(parts.activations / layout.tensor),
    temporary: Math.ceil(parts.temporary / layout.tensor),
  }
  const tensorBytes = Object.values(divided).reduce((sum, bytes) => sum + bytes, 0)
  return {
    ...whole,
    parts: divided,
    tensorBytes,
    totalBytes: tensorBytes + whole.overheadBytes,
    assumptions: [...whole.assumptions, `weights and cache in ${ranks} equal parts`],
  }
}

function ranksOf({ data, tensor, pipeline }: Layout): number {
  return data * tensor * pipeline
}
