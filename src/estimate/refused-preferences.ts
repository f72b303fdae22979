import type { FinetuningRun } from './finetuning-run.js'
import type { MemoryOptions } from './memory-options.js'

type LayoutOptions = NonNullable<MemoryOptions['layout']>

/** Why a method that learns from preferences or rewards cannot be estimated in a layout, with a way out; absent if it can. */
export function refusedPreferences(
  { type, preference }: Pick<FinetuningRun, 'type' | 'preference'>,
  { tensor = 1, pipeline = 1, context = 1, expert = 1, sequenceParallel = false }: LayoutOptions,
): string | undefined {
  if (!preference) return undefined
  const isDivided = tensor * pipeline * context * expert > 1
  const { generates = false, hasCritics = false } = preference
  const refused: readonly (readonly [boolean, string, string])[] = [
    [
      context > 1 && generates && !hasCritics,
      'layout.context',
      'which `GRPOConfig` of TRL 1.16 refuses: use `sharding`',
    ],
    [isDivided && hasCritics, 'layout', 'whose other models on ranks of a layout were not recorded: use `sharding`'],
    [
      expert > 1 && generates,
      'layout.expert',
      'whose generation on ranks of experts was not recorded: use `tensor` or `sharding`',
    ],
    [context > 1, 'layout.context', ON_SHARES_OF_SEQUENCES],
    [pipeline > 1, 'layout.pipeline', IN_A_PIPELINE],
    [
      sequenceParallel,
      'layout.sequenceParallel',
      'which NeMo Automodel 0.7.0, whose plan it is, does not train: leave it out',
    ],
  ]
  const [, option, why] = refused.find(([isRefused]) => isRefused) ?? []
  return why && `\`${option}\` cannot be estimated with the fine-tuning type ${type}, ${why}`
}

// `_prepare_context_parallel_inputs` of transformers 5.24.0 divides the tokens that it knows by name. `_compute_loss` of DPOTrainer and KTOTrainer then
// masks them with `completion_mask`, which has all; ORPOTrainer has them under other names.
const ON_SHARES_OF_SEQUENCES =
  'at which TRL 1.16 stops: transformers 5.24.0 divides the tokens of each sequence, and not the mask of completions that the loss puts on them; nothing sums log-probabilities over the ranks. Use `tensor` or `sharding`'

const IN_A_PIPELINE =
  'which none of TRL 1.16, LLaMA-Factory 0.9.5, Axolotl 0.21, torchtune 0.6.1, torchtitan 0.3.0 and NeMo Automodel 0.7.0 trains in a pipeline: use `tensor` or `sharding`'
