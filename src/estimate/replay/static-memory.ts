import type { Architecture, Shape } from '../../architecture/index.js'
import { DTYPE_BYTES } from './dtype.js'
import type { PartBytes } from './memory-ledger.js'
import { Sharding } from './sharding.js'
import { Tape } from './tape.js'
import type { TrainingStep } from './training-options.js'
import { Weights } from './weights.js'

/** What a run holds between its steps. It does not depend on the forward pass. */
export type StaticMemory = Pick<PartBytes, 'parameters' | 'gradients' | 'optimizerStates'>

/** Parameters, gradients and optimizer states, computed without a forward pass. */
export function staticMemory(architecture: Architecture, step: TrainingStep): StaticMemory {
  const { ledger, weights } = allocateStatic(architecture, step)
  const gradients = weights.leaves.map(({ shape, dtype }) =>
    shardOf(shape, step.world ?? 1).reduce((product, size) => product * size, DTYPE_BYTES[dtype]),
  )
  const { parameters, optimizerStates } = ledger.now
  return { parameters, gradients: gradients.reduce((sum, bytes) => sum + bytes, 0), optimizerStates }
}

/**
 * Allocates what exists when a step begins, except inputs and buffers of modules: parameters, and the optimizer states, which
 * exist from the second step on.
 */
export function allocateStatic(
  architecture: Architecture,
  step: TrainingStep,
  omitted: ReadonlyMap<string, number> = new Map(),
) {
  const tape = new Tape()
  const { ledger } = tape
  const { world = 1 } = step
  const sharding = world > 1 ? new Sharding(ledger, world) : undefined
  const weights = new Weights(architecture, ledger, {
    sharding,
    omitted,
    dtype: step.parameterDtype,
    trained: step.trained,
    quantised: step.quantised,
    adapterDtype: step.adapterDtype,
    adapterRank: step.adapterRank,
  })
  for (const { shape, dtype, alike = 0 } of weights.leaves) {
    ledger.allocate(step.stateBytes(shardOf(shape, world), dtype) * (1 + alike), 'optimizerStates')
    ledger.allocate(4 * (1 + alike), 'buffers')
  }
  return { tape, ledger, sharding, weights }
}

/** The share of a parameter that one rank owns: a part of its rows, with padding in the last part. */
function shardOf([rows = 1, ...rest]: Shape, world: number): Shape {
  return [Math.ceil(rows / world), ...rest]
}
