import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { completionTokens } from './completion-tokens.js'
import type { PreferenceStep } from './finetuning-run.js'
import { methodOf } from './methods.js'

/** What an estimate of learning from preferences or rewards assumes, in sentences. */
export function preferenceAssumptions(
  preference: PreferenceStep,
  options: CheckedMemoryOptions,
  type: string,
): string[] {
  const { sequences, reference, referenceInLayers, repeats, generates, hasCritics } = preference
  const { method, batchSize, gradientAccumulation, sharding, loss } = options
  const isAdapted = methodOf(method).trains === 'adapters'
  const who = isAdapted ? 'the reference is the model with its adapters off' : 'a frozen copy is the reference'
  const length = completionTokens(preference, options)
  return [
    ...(sequences > 1
      ? [`each of the ${batchSize} examples is ${sequences} sequences: a chosen and a rejected one`]
      : []),
    ...(reference ? [`${who}, ${REFERENCES[reference]}`] : []),
    ...(reference && !isAdapted && !hasCritics && !referenceInLayers && loss.kind === 'log-probs' && isFsdp2(sharding)
      ? [
          'FSDP2 has the reference as one group, as TRL 1.16 wraps it (`prepare_fsdp`): while it runs, all of it is gathered, in a buffer and in a copy; `referenceModel: false` leaves it out, as `precompute_ref_log_probs` or adapters do',
        ]
      : []),
    ...(type === 'grpo' && reference && !isAdapted
      ? ['TRL asks a reference only with beta above 0; its default is 0: then pass `referenceModel: false`']
      : []),
    ...(repeats ? ['the trained model also runs without gradients on other completions'] : []),
    ...(generates
      ? [
          `the trained model generates ${batchSize * gradientAccumulation} completions of ${length} tokens, with a cache, before the first micro-batch`,
        ]
      : []),
    ...((generates || hasCritics) && sharding.strategy === 'zero-3' && sharding.ranks > 1
      ? [
          'ZeRO-3 has the whole model gathered on each rank while it generates, as TRL does unless `ds3_gather_for_generation` is false, or another engine generates',
        ]
      : []),
    ...(hasCritics
      ? [
          'a frozen reward model and a trained value model of the same size; the logits of rollouts, which PPO keeps, are not counted',
        ]
      : []),
  ]
}

/** What tensor-parallel ranks have of a reference. */
export function referenceOnTensorRanks({ finetuning, method, loss }: CheckedMemoryOptions): string[] {
  if (!finetuning?.preference) return []
  const { reference, generates } = finetuning.preference
  if (reference && methodOf(method).trains === 'weights')
    return ['ranks divide the reference like the trained model (TRL 1.16 loads both with the same `model_init_kwargs`)']
  return !reference && !generates && loss.kind === 'log-probs'
    ? [
        'log-probabilities of a reference are in the data: `precompute_ref_log_probs` of TRL 1.16 stops at a model that ranks divide (`hash_module` in its `trainer/utils.py`: ".numpy() is not supported for tensor subclasses")',
      ]
    : []
}

function isFsdp2({ strategy, ranks }: CheckedMemoryOptions['sharding']): boolean {
  return ranks > 1 && (strategy === 'fsdp2' || strategy === 'hsdp')
}

const REFERENCES = {
  after: 'asked for the same tokens without gradients after the trained model',
  before: 'asked for the same tokens without gradients before the trained model',
}
