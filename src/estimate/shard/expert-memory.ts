import { type CheckedMemoryOptions, withRanks } from '../checked-memory-options.js'
import type { MemoryEstimate } from '../memory-estimate.js'
import { type ReplayOptions, runMemory } from '../run-memory.js'
import { trainingStepOf } from '../training-step-of.js'
import type { DividedModel } from './divided-model.js'

/**
 * One of the ranks that have experts of their own, replayed: with its part of the experts, and the tokens that ranks send each other.
 */
export function expertMemory(
  divided: DividedModel,
  options: CheckedMemoryOptions,
  { expert, data }: { readonly expert: number; readonly data: number },
  { enoughBytes, replayer }: ReplayOptions = {},
): MemoryEstimate {
  const own = withRanks(options, data)
  const model = divided.experts(expert)
  const { sharding } = trainingStepOf(model, own)
  const estimate = runMemory(
    model,
    own,
    { sharding: sharding && { ...sharding, experts: { groups: expert, ranks: data / expert } }, enoughBytes },
    replayer?.(`experts ${expert} ${data === expert}`),
  )
  return { ...estimate, assumptions: [...estimate.assumptions, ...expertAssumptions(expert)] }
}

function expertAssumptions(expert: number): string[] {
  return [
    `the experts of a layer on ${expert} ranks, with evenly routed tokens, which ranks send to experts and back as transformers 5.24.0 does it (\`AllToAllEP\`)`,
  ]
}
