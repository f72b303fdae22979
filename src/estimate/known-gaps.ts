import { familyOf } from '../architecture/families/index.js'
import type { Unreplayed } from '../architecture/family.js'
import type { Architecture } from '../architecture/index.js'
import { isOnlyInTransformers5 } from '../architecture/newer-types.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'

/** What is known to be off in an estimate, by how much in runs of torch, in sentences. The guide lists the same. */
export function knownGaps({ family }: Pick<Architecture, 'family'>, options: CheckedMemoryOptions): string[] {
  const own = (familyOf(family)?.unreplayed ?? []).map((gap) => OF_FAMILIES[gap])
  const all = isOnlyInTransformers5(family) ? [...own, INPUT_GRADIENTS] : own
  const gaps = all.filter(({ applies }) => applies(options)).map(({ says }) => says)
  return [...gaps, ...(options.finetuning?.type === 'ppo' ? [OF_PPO] : [])]
}

interface Gap {
  readonly applies: (options: CheckedMemoryOptions) => boolean
  readonly says: string
}

/** What `PreTrainedModel.gradient_checkpointing_enable` of transformers 5 does. That of 4.57 leaves it to the caller. */
const INPUT_GRADIENTS: Gap = {
  applies: ({ method, recompute, inputGradients }) =>
    methodOf(method).trains === 'adapters' && recompute !== 'none' && !inputGradients,
  says: 'gradients end at the first adapter; transformers 5 lets them flow to the input embeddings when it checkpoints, which recomputes the layers below too: pass `inputGradients` then',
}

const OF_FAMILIES: Readonly<Record<Unreplayed, Gap>> = {
  'router in mixed precision': {
    applies: ({ method, autocast }) => autocast || methodOf(method).weights === 'float32',
    says: 'the router of dots1 sums weights in bfloat16 in mixed precision, which is not replayed: 0.004 % and 0.008 % off in two runs',
  },
  'recomputation of AdaLoRA': {
    applies: ({ finetuning, lora, method, recompute }) =>
      methodOf(method).trains === 'adapters' &&
      (finetuning?.adapters?.peftType ?? lora?.peftType) === 'adalora' &&
      recompute !== 'none',
    says: "the order of AdaLoRA's sums in the recomputation of GPT-2 is not replayed: 0.63 % below a recorded run",
  },
  // Families of 4.57 that are described as 5 writes them.
  'input gradients of transformers 5': INPUT_GRADIENTS,
}

const OF_PPO = 'PPO is described from TRL 0.19, which was read in part; no run was recorded'
