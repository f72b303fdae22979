import type { MemoryOptions } from '../../estimate/index.js'
import type { Optimizer, OptimizerStep } from '../../estimate/optimizers.js'
import type { JobKeys } from './job-keys.js'

/** Keys of transformers' `TrainingArguments` (5.24.0) that change nothing that an estimate counts. */
export const TRAINER_NO_EFFECT: readonly string[] = [
  'output_dir',
  'overwrite_output_dir',
  'num_train_epochs',
  'max_steps',
  'learning_rate',
  'lr_scheduler_*',
  'warmup_*',
  'weight_decay',
  'adam_beta1',
  'adam_beta2',
  'adam_epsilon',
  'optim_args',
  'average_tokens_across_devices',
  'max_grad_norm',
  'tf32',
  'bf16_full_eval',
  'fp16_full_eval',
  'logging_*',
  'log_*',
  'include_*',
  'disable_tqdm',
  'report_to',
  'run_name',
  'project',
  'trackio_*',
  'eval_*',
  'do_train',
  'do_eval',
  'do_predict',
  'evaluation_strategy',
  'per_device_eval_batch_size',
  'prediction_loss_only',
  'batch_eval_metrics',
  'save_*',
  'enable_jit_checkpoint',
  'push_to_hub',
  'hub_*',
  'load_best_model_at_end',
  'metric_for_best_model',
  'greater_is_better',
  'ignore_data_skip',
  'restore_callback_states_from_checkpoint',
  'full_determinism',
  'seed',
  'data_seed',
  'accelerator_config',
  'dataloader_*',
  'remove_unused_columns',
  'label_names',
  'train_sampling_strategy',
  'length_column_name',
  'group_by_length',
  'ddp_find_unused_parameters',
  'ddp_broadcast_buffers',
  'ddp_static_graph',
  'ddp_backend',
  'ddp_bucket_cap_mb',
  'ddp_timeout',
  'debug',
  'skip_memory_metrics',
  'resume_from_checkpoint',
  'local_rank',
  'torch_empty_cache_steps',
  'trust_remote_code',
]

/** The optimizers of transformers (`OptimizerNames`, 5.24.0) that can be estimated. */
const OPTIMIZERS: Readonly<Record<string, readonly [Optimizer, OptimizerStep?]>> = {
  adamw_torch: ['adamw', 'foreach'],
  adamw_hf: ['adamw', 'for-loop'],
  adamw_torch_fused: ['adamw', 'fused'],
  adamw_bnb_8bit: ['adamw-8bit'],
  adamw_8bit: ['adamw-8bit'],
  adamw_torch_8bit: ['adamw-8bit-torchao'],
  adamw_torch_4bit: ['adamw-4bit-torchao'],
  paged_adamw_8bit: ['adamw-8bit-paged'],
  paged_adamw_32bit: ['adamw-32bit-paged'],
  ademamix: ['ademamix-32bit'],
  ademamix_8bit: ['ademamix-8bit'],
  paged_ademamix_32bit: ['ademamix-32bit-paged'],
  paged_ademamix_8bit: ['ademamix-8bit-paged'],
  adafactor: ['adafactor'],
  lion_32bit: ['lion-32bit'],
  lion_8bit: ['lion-8bit'],
  paged_lion_32bit: ['lion-32bit-paged'],
  paged_lion_8bit: ['lion-8bit-paged'],
  lion_pytorch: ['lion'],
  sgd: ['sgd', 'foreach'],
  muon: ['muon', 'foreach'],
  // axolotl's own name (`_configure_custom_optimizer` of 0.21.0).
  ao_adamw_fp8: ['adamw-fp8-torchao'],
}

/** The optimizer that a key names. One that cannot be estimated is warned about, and AdamW is counted. */
export function optimizerIn(keys: JobKeys, key: string): MemoryOptions {
  const name = keys.text(key)
  if (name === undefined) return {}
  const known = Object.hasOwn(OPTIMIZERS, name) ? OPTIMIZERS[name] : undefined
  if (!known) {
    keys.warn(key, `${name} cannot be estimated; adamw is counted. It can be: ${Object.keys(OPTIMIZERS).join(', ')}`)
    return {}
  }
  const [optimizer, optimizerStep] = known
  // torchao's is no optimizer of bitsandbytes, whose states of embeddings the Trainer widens.
  const isNarrow = name === 'adamw_torch_8bit'
  return { optimizer, ...(optimizerStep && { optimizerStep }), ...(isNarrow && { wideEmbeddingStates: false }) }
}

/** The kernel that `attn_implementation` names. */
export function attentionIn(keys: JobKeys, key: string): MemoryOptions {
  const name = keys.text(key)
  if (name === undefined || FLASH.has(name)) return {}
  if (name === 'eager') return { attention: 'eager' }
  if (name === 'xformers') return { attention: 'efficient' }
  keys.warn(key, `${name} cannot be estimated; flash is counted`)
  return {}
}

const FLASH: ReadonlySet<string> = new Set([
  'auto',
  'fa2',
  'fa3',
  'sdpa',
  'flash_attention_2',
  'flash_attention_3',
  'kernels-community/flash-attn2',
  'kernels-community/flash-attn3',
])

/** bf16 and fp16 of transformers' trainer: autocast, and with fp16 weights in float16. */
export function precisionIn(keys: JobKeys): MemoryOptions {
  const bf16 = keys.flagOrText('bf16')
  if (keys.flag('fp16') && bf16 !== true) return { dtype: 'float16', autocast: true }
  if (bf16 === undefined) return {}
  return { autocast: bf16 !== false && bf16 !== 'false' }
}

/** Warns about keys that change the memory in ways that are not estimated, if they say so. */
export function warnAbout(keys: JobKeys, notes: Readonly<Record<string, string>>): void {
  for (const [key, note] of Object.entries(notes)) {
    const value = keys.any(key)
    if (value !== undefined && !OFF.has(value)) keys.warn(key, note)
  }
}

/** Values that switch something off. */
const OFF: ReadonlySet<unknown> = new Set([false, 'false', 0])

/** What transformers' trainer can do that is not estimated. */
export const TRAINER_NOTES: Readonly<Record<string, string>> = {
  torch_compile: 'torch.compile is not replayed; it needs less',
  // Either of them switches compilation on (`TrainingArguments.__post_init__`).
  torch_compile_backend: 'torch.compile is not replayed; it needs less',
  torch_compile_mode: 'torch.compile is not replayed; it needs less',
  liger_kernel_config: "all of Liger's kernels are counted, although some may be switched off",
  label_smoothing_factor: 'the loss with smoothed labels is not replayed; the cross entropy is counted',
  use_cache: 'a cache that is filled in training is not counted',
  use_cpu: 'the estimate is for a GPU',
  neftune_noise_alpha: 'the noise on embeddings is not counted',
  auto_find_batch_size: 'the batch may become smaller than the one that is estimated',
  parallelism_config: 'not read: give --layout and --sharding',
  optim_target_modules: 'optimizers of projected gradients cannot be estimated',
}

/** Without the options that are `undefined`. */
export function given<Options extends object = MemoryOptions>(
  options: { readonly [Name in keyof Options]: Options[Name] | undefined },
): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Options>
}
