import type { MemoryOptions } from '../../estimate/index.js'
import type { JobKeys } from './job-keys.js'

/** What keys of TRL's `GRPOConfig` say about completions and the reference (trl 1.16.0, `trainer/grpo_config.py`). */
export function rolloutIn(keys: JobKeys, standardBeta = 0): MemoryOptions & { readonly targetLength: number } {
  const beta = Number(keys.any('beta') ?? standardBeta)
  if (!(beta >= 0)) throw keys.refuse('beta', 'expected a number from 0')
  if (keys.flag('use_vllm'))
    keys.warn('use_vllm', 'completions are counted as the model itself generates them; what vLLM holds is not counted')
  return {
    targetLength: keys.count('max_completion_length') ?? COMPLETION,
    ...(beta === 0 && { referenceModel: false }),
  }
}

/** The default of `max_completion_length`. */
const COMPLETION = 512

/** Keys of rollouts and rewards that change nothing that an estimate counts. */
export const ROLLOUT_NO_EFFECT: readonly string[] = [
  'reward_*',
  'num_generations*',
  'generation_batch_size',
  'use_vllm',
  'ds3_gather_for_generation',
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'generation_kwargs',
  'chat_template_kwargs',
  'repetition_penalty',
  'vllm_*',
  'num_iterations',
  'epsilon*',
  'delta',
  'sapo_*',
  'vespo_*',
  'importance_sampling_level',
  'multi_objective_aggregation',
  'scale_rewards',
  'mask_truncated_completions',
  'ref_model_mixup_alpha',
  'ref_model_sync_steps',
  'top_entropy_quantile',
  'entropy_*',
  'use_adaptive_entropy',
  'off_policy_mask_threshold',
  'use_bias_correction_kl',
  'normalize_advantages',
  'num_completions_to_print',
]
