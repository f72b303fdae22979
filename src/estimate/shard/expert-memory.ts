import { type CheckedMemoryOptions, withRanks } from '../checked-memory-options.js'
import type { MemoryEstimate } from '../memory-estimate.js'
import { methodOf } from '../methods.js'
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
  const own = withReferenceInLayers(withRanks(options, data))
  const model = divided.experts(expert)
  const { sharding } = trainingStepOf(model, own)
  const estimate = runMemory(
    model,
    own,
    { sharding: sharding && { ...sharding, experts: { groups: expert, ranks: data / expert } }, enoughBytes },
    replayer?.(`experts ${expert} ${data === expert}`),
  )
  const said = expertAssumptions(expert, own.finetuning?.preference?.referenceInLayers ?? false)
  return { ...estimate, assumptions: [...estimate.assumptions, ...said] }
}

/** transformers shards a reference when it loads it, like the trained model: TRL 1.16 then leaves it alone (`prepare_fsdp` in its `models/utils.py`). */
function withReferenceInLayers(options: CheckedMemoryOptions): CheckedMemoryOptions {
  const { finetuning } = options
  if (!finetuning?.preference?.reference || methodOf(options.method).trains !== 'weights') return options
  return {
    ...options,
    finetuning: { ...finetuning, preference: { ...finetuning.preference, referenceInLayers: true } },
  }
}

function expertAssumptions(expert: number, hasReference: boolean): string[] {
  return [
    ...(hasReference ? ['the reference is divided and sharded like the trained model, as transformers loads it'] : []),
    `the experts of a layer on ${expert} ranks, with evenly routed tokens, which ranks send to experts and back as transformers 5.24.0 does it (\`AllToAllEP\`)`,
  ]
}
