import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'

/** What is known to be off in an estimate, by how much in runs of torch, in sentences. The guide lists the same. */
export function knownGaps({ family }: Pick<Architecture, 'family'>, options: CheckedMemoryOptions): string[] {
  return GAPS.filter(({ applies }) => applies(family, options)).map(({ says }) => says)
}

interface Gap {
  readonly applies: (family: string, options: CheckedMemoryOptions) => boolean
  readonly says: string
}

const GAPS: readonly Gap[] = [
  {
    applies: (family, { method, autocast }) =>
      family === 'dots1' && (autocast || methodOf(method).weights === 'float32'),
    says: 'the router of dots1 sums weights in bfloat16 in mixed precision, which is not replayed: 0.004 % and 0.008 % off in two runs',
  },
  {
    applies: (family, { finetuning, lora, method, recompute }) =>
      family === 'gpt2' &&
      methodOf(method).trains === 'adapters' &&
      (finetuning?.adapters?.peftType ?? lora?.peftType) === 'adalora' &&
      recompute !== 'none',
    says: "the order of AdaLoRA's sums in the recomputation of GPT-2 is not replayed: 0.63 % below a recorded run",
  },
  {
    applies: (_, { finetuning }) => finetuning?.type === 'ppo',
    says: 'PPO is described from TRL 0.19, which was read in part; no run was recorded',
  },
  {
    applies: (family, { method }) => WITH_THREE_TABLES.has(family) && methodOf(method).trains === 'nothing',
    says: 'the three rotary tables of each sequence are not replayed: 1.3 to 1.5 % below in runs of small models with text only',
  },
]

const WITH_THREE_TABLES: ReadonlySet<string> = new Set(['qwen2_vl', 'qwen2_5_vl'])
