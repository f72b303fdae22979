import { type CheckedMemoryOptions, withRanks } from '../checked-memory-options.js'
import type { MemoryEstimate } from '../memory-estimate.js'
import { type ResolvedModel, resolveModel } from '../resolved-model.js'
import { runMemory } from '../run-memory.js'
import { trainingStepOf } from '../training-step-of.js'
import { expertRank } from './expert-rank.js'

/**
 * One of the ranks that have experts of their own, replayed: with its part of the experts, and the tokens that ranks send each other.
 *
 * @param enoughBytes - bytes of tensors from which on it does not matter how many they are
 */
export function expertMemory(
  { architecture }: Pick<ResolvedModel, 'architecture'>,
  options: CheckedMemoryOptions,
  { expert, data }: { readonly expert: number; readonly data: number },
  enoughBytes?: number,
): MemoryEstimate {
  const own = withRanks(options, data)
  const model = resolveModel(expertRank(architecture, expert), own)
  const { sharding } = trainingStepOf(model, own)
  const estimate = runMemory(model, own, {
    sharding: sharding && { ...sharding, experts: { groups: expert, ranks: data / expert } },
    enoughBytes,
  })
  return { ...estimate, assumptions: [...estimate.assumptions, ...expertAssumptions(expert)] }
}

function expertAssumptions(expert: number): string[] {
  return [
    `the experts of a layer on ${expert} ranks, with evenly routed tokens, which ranks send to experts and back as transformers 5.24.0 does it (\`AllToAllEP\`)`,
  ]
}
