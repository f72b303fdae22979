import type { Architecture, Shape } from '../../architecture/index.js'
import { DTYPE_BYTES } from './dtype.js'
import type { PartBytes } from './memory-ledger.js'
import { Sharding } from './sharding.js'
import { Tape } from './tape.js'
import type { TrainingStep } from './training-options.js'
import { Weights } from './weights.js'

/** What a run holds between its steps, whatever its forward pass is. */
export type StaticMemory = Pick<PartBytes, 'parameters' | 'gradients' | 'optimizerStates'>

/** Parameters, gradients and optimizer states, which need no forward pass to be known. */
export function staticMemory(architecture: Architecture, step: TrainingStep): StaticMemory {
  const { ledger, weights } = allocateStatic(architecture, step)
  const gradients = weights.leaves.map(({ shape, dtype }) =>
    shardOf(shape, step.world ?? 1).reduce((product, size) => product * size, DTYPE_BYTES[dtype]),
  )
  const { parameters, optimizerStates } = ledger.now
  return { parameters, gradients: gradients.reduce((sum, bytes) => sum + bytes, 0), optimizerStates }
}

/**
 * Books what is there when a step begins, but for inputs and buffers of modules: parameters, and the states of the optimizer,
 * which are there from the second step on.
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

/** What one rank owns of a parameter: a share of its rows, the last ones padded. */
function shardOf([rows = 1, ...rest]: Shape, world: number): Shape {
  return [Math.ceil(rows / world), ...rest]
}
