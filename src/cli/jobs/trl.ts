import type { MemoryOptions } from '../../estimate/index.js'
import { deepspeedIn } from './deepspeed-keys.js'
import type { JobFormat } from './job.js'
import type { JobKeys } from './job-keys.js'
import { asType } from './preference-type.js'
import { ROLLOUT_NO_EFFECT } from './rollout-keys.js'
import {
  FSDP_NO_EFFECT,
  fsdpRecompute,
  type JobSharding,
  sharingOf,
  syncEachBatchIn,
  trainerFsdpIn,
} from './sharding-keys.js'
import {
  attentionIn,
  given,
  optimizerIn,
  precisionIn,
  TRAINER_NO_EFFECT,
  TRAINER_NOTES,
  warnAbout,
} from './shared-keys.js'
import { trlMethodIn } from './trl-method.js'

/** Configs of the commands of `trl`: trl 1.16.0, `trainer/*_config.py` and `trainer/model_config.py`. */
export const TRL: JobFormat = {
  name: 'TRL',
  marks: ['model_name_or_path'],
  noEffect: [
    ...TRAINER_NO_EFFECT,
    ...FSDP_NO_EFFECT,
    ...ROLLOUT_NO_EFFECT,
    'label_smoothing',
    'loss_weights',
    'ld_alpha',
    'f_divergence_type',
    'f_alpha_divergence_coef',
    'discopop_tau',
    'desirable_weight',
    'undesirable_weight',
    'disable_dropout',
    'precompute_ref_batch_size',
    'dataset_*',
    'datasets',
    'streaming',
    'test_split_size',
    'chat_template_path',
    'eos_token',
    'pad_token',
    'truncation_mode',
    'shuffle_dataset',
    'packing',
    'packing_strategy',
    'padding_free',
    'pad_to_multiple_of',
    'completion_only_loss',
    'assistant_only_loss',
    'use_bnb_nested_quant',
    'sync_ref_model',
    'max_tool_calling_iterations',
    'model_revision',
    'lora_alpha',
    'lora_task_type',
    'bnb_4bit_quant_type',
    'bnb_4bit_quant_storage',
    'ignore_bias_buffers',
    'env',
    'accelerate_config',
    'attn_implementation',
  ],
  read(keys) {
    const { method, ...weights } = methodIn(keys)
    const precision = precisionIn(keys)
    const fsdp = keys.section('fsdp_config')
    const sharding = shardingIn(keys, fsdp)
    const model = keys.text('model_name_or_path')
    warnAbout(keys, NOTES)
    const launch = keys.text('accelerate_config')
    const named = launch === undefined ? undefined : launched(keys, launch)
    const shared = sharding ?? named
    const ranks = keys.count('num_processes')
    const isOffloaded = keys.flag('activation_offloading') === true
    const { type, options, sequences = 1 } = trlMethodIn(keys)
    return {
      format: 'TRL',
      ...(model !== undefined && { model }),
      ...(shared && ranks === undefined && { needsRanks: true }),
      options: asType(
        {
          preset: 'trl',
          method,
          ...weights,
          ...precision,
          ...optimizerIn(keys, 'optim'),
          ...attentionIn(keys, 'attn_implementation'),
          ...checkpointingIn(keys),
          ...fsdpRecompute(fsdp),
          ...routersIn(keys),
          ...(keys.flag('use_liger_kernel') && { kernels: 'liger' }),
          ...given({
            batchSize: sequences * (keys.count('per_device_train_batch_size') ?? 8),
            sequenceLength: keys.count('max_length') ?? 1024,
            gradientAccumulation: keys.count('gradient_accumulation_steps'),
          }),
          ...options,
          ...sharingOf(shared, { ranks, isOffloaded, syncEachBatch: syncEachBatchIn(keys) }),
        },
        type,
      ),
    }
  },
}

const NOTES: Readonly<Record<string, string>> = {
  ...TRAINER_NOTES,
  model_init_kwargs: 'read for `output_router_logits` alone: give what else it says as flags',
  use_weighting: 'the weights of the pairs are not counted',
  cast_lm_head_to_fp32: 'the float32 copy of the output embedding is not counted',
  cache_implementation: 'a cache that grows is counted',
  use_transformers_paged: 'completions are counted as `generate` makes them',
  use_transformers_continuous_batching: 'completions are counted as `generate` makes them',
  transformers_continuous_batching_config: 'completions are counted as `generate` makes them',
  teacher_model_name_or_path: 'distillation is not replayed, and the teacher is not counted',
  teacher_model_revision: 'the teacher is not counted',
  teacher_model_init_kwargs: 'the teacher is not counted',
}

/** The command loads weights in float32 unless `dtype` says otherwise (`trainer/model_config.py`). */
function methodIn(keys: JobKeys): { readonly method: 'full' | 'full-mixed' | 'lora' | 'qlora' } & MemoryOptions {
  const dtype = keys.text('dtype') ?? keys.text('torch_dtype') ?? 'float32'
  const isHalf = dtype !== 'float32'
  if (!keys.flag('use_peft')) {
    for (const key of [
      'lora_r',
      'lora_dropout',
      'lora_target_modules',
      'lora_target_parameters',
      'lora_modules_to_save',
      'load_in_4bit',
      'load_in_8bit',
      'use_dora',
      'use_rslora',
    ])
      if (keys.has(key)) keys.warn(key, 'no effect without use_peft')
    return { method: isHalf ? 'full' : 'full-mixed', ...(dtype === 'float16' && { dtype }) }
  }
  const [four, eight] = [keys.flag('load_in_4bit'), keys.flag('load_in_8bit')]
  const isPacked = four === true || eight === true
  if (!isHalf && isPacked)
    keys.warn(
      four ? 'load_in_4bit' : 'load_in_8bit',
      'what is not packed is counted in float32, as the command loads it unless `dtype` says otherwise',
    )
  return {
    method: four ? 'qlora' : 'lora',
    ...(four && { quantization: keys.flag('use_bnb_nested_quant') ? 'nf4-double' : 'nf4' }),
    ...(eight && { quantization: 'int8' }),
    ...(!isHalf && (isPacked ? { prepareForKbitTraining: true } : { dtype: 'float32' as const })),
    ...(dtype === 'float16' && { dtype }),
    lora: loraIn(keys),
  }
}

function loraIn(keys: JobKeys): NonNullable<MemoryOptions['lora']> {
  const value = keys.any('lora_target_modules')
  const targets = value === 'all-linear' ? value : keys.texts('lora_target_modules')
  const [saved, dropout] = [keys.texts('lora_modules_to_save'), keys.share('lora_dropout')]
  const parameters = keys.texts('lora_target_parameters')
  const [useDora, useRslora] = [keys.flag('use_dora'), keys.flag('use_rslora')]
  return {
    rank: keys.count('lora_r') ?? 16,
    ...(targets !== undefined && {
      targetModules: Array.isArray(targets) && targets.includes('all-linear') ? 'all-linear' : targets,
    }),
    ...(parameters && { targetParameters: parameters }),
    ...(saved && { modulesToSave: saved }),
    ...(dropout !== undefined && { loraDropout: dropout }),
    ...(useDora !== undefined && { useDora }),
    ...(useRslora !== undefined && { useRslora }),
  }
}

function checkpointingIn(keys: JobKeys): MemoryOptions {
  const isOn = keys.flag('activation_checkpointing') ?? keys.flag('gradient_checkpointing')
  const kwargs = keys.section('gradient_checkpointing_kwargs')
  const newer = keys.section('activation_checkpointing_kwargs')
  const reentrant = kwargs?.flag('use_reentrant') ?? newer?.flag('use_reentrant')
  const every = newer?.count('every_n_layers')
  return {
    ...(isOn !== undefined && { recompute: isOn ? (every && every > 1 ? { every } : 'layers') : 'none' }),
    ...(reentrant !== undefined && { reentrant }),
  }
}

/** A coefficient of 0 switches the loss of routers off, whatever the config says (`trainer/sft_trainer.py`). */
function routersIn(keys: JobKeys): MemoryOptions {
  const coefficient = keys.number('router_aux_loss_coef')
  const asks = keys.glance('model_init_kwargs')?.flag('output_router_logits')
  const isOn = coefficient === undefined ? asks : coefficient !== 0
  return isOn === undefined ? {} : { outputRouterLogits: isOn }
}

function shardingIn(keys: JobKeys, config: JobKeys | undefined): JobSharding | undefined {
  const zero = deepspeedIn(keys, 'deepspeed')
  const fsdp = trainerFsdpIn(keys, config)
  return zero ?? fsdp
}

/** The configs that TRL ships by name (`trl/accelerate_configs`). */
const SHIPPED: Readonly<Record<string, JobSharding | undefined>> = {
  single_gpu: undefined,
  multi_gpu: { strategy: 'ddp' },
  fsdp1: { strategy: 'fsdp1' },
  fsdp2: { strategy: 'fsdp2' },
  zero1: { strategy: 'zero-1' },
  zero2: { strategy: 'zero-2' },
  zero3: { strategy: 'zero-3' },
}

function launched(keys: JobKeys, name: string): JobSharding | undefined {
  if (!Object.hasOwn(SHIPPED, name)) keys.warn('accelerate_config', `give the file with another --job ${name}`)
  return SHIPPED[name]
}
