import type { MemoryOptions } from '../../estimate/index.js'
import type { FinetuningType } from '../../schemas/index.js'
import { deepspeedIn } from './deepspeed-keys.js'
import type { JobFormat } from './job.js'
import type { JobKeys } from './job-keys.js'
import { asType } from './preference-type.js'
import { FSDP_NO_EFFECT, fsdpIn, fsdpRecompute, type JobSharding, sharingOf } from './sharding-keys.js'
import { given, optimizerIn, precisionIn, TRAINER_NO_EFFECT, TRAINER_NOTES, warnAbout } from './shared-keys.js'

/** Configs of `llamafactory-cli train`: llamafactory 0.9.5, `hparams`. */
export const LLAMA_FACTORY: JobFormat = {
  name: 'LLaMA-Factory',
  marks: ['finetuning_type', 'stage', 'cutoff_len', 'lora_target', 'template'],
  noEffect: [
    ...TRAINER_NO_EFFECT,
    ...FSDP_NO_EFFECT,
    'dataset',
    'eval_dataset',
    'dataset_dir',
    'media_dir',
    'template',
    'train_on_prompt',
    'mask_history',
    'streaming',
    'buffer_size',
    'mix_strategy',
    'interleave_probs',
    'overwrite_cache',
    'preprocessing_*',
    'max_samples',
    'ignore_pad_token_for_loss',
    'val_size',
    'packing',
    'neat_packing',
    'tool_format',
    'default_system',
    'enable_thinking',
    'preserve_thinking',
    'tokenized_path',
    'data_shared_file_system',
    'adapter_name_or_path',
    'adapter_folder',
    'cache_dir',
    'use_fast_tokenizer',
    'split_special_tokens',
    'add_tokens',
    'add_special_tokens',
    'new_special_tokens_config',
    'init_special_tokens',
    'model_revision',
    'low_cpu_mem_usage',
    'hf_hub_token',
    'ms_hub_token',
    'om_hub_token',
    'print_param_status',
    'infer_*',
    'offload_folder',
    'use_kv_cache',
    'image_*',
    'video_*',
    'audio_*',
    'use_audio_in_video',
    'crop_to_patches',
    'export_*',
    'vllm_*',
    'sglang_*',
    'lora_alpha',
    'loraplus_*',
    'pissa_*',
    'create_new_adapter',
    'pref_*',
    'dpo_label_smoothing',
    'kto_*',
    'simpo_gamma',
    'swanlab_*',
    'use_swanlab',
    'compute_accuracy',
    'disable_shuffling',
    'early_stopping_steps',
    'plot_loss',
    'ray_*',
    'resources_per_worker',
    'placement_strategy',
    'quantization_device_map',
    'device_map',
    'flash_attn',
    'do_sample',
    'temperature',
    'top_p',
    'top_k',
    'max_new_tokens',
  ],
  read(keys) {
    const { method, ...weights } = methodIn(keys)
    const fsdp = keys.section('fsdp_config')
    const sharding = shardingIn(keys, fsdp)
    const model = keys.text('model_name_or_path')
    const attention = keys.text('flash_attn')
    const isOffloaded = keys.flag('use_unsloth_gc') === true
    const isDisabled = attention === 'disabled'
    warnAbout(keys, NOTES)
    const type = typeIn(keys)
    return {
      format: 'LLaMA-Factory',
      ...(model !== undefined && { model }),
      ...(sharding && { needsRanks: true }),
      // Its own trainers take log-probabilities from all logits (`get_batch_logps`), with Unsloth too.
      options: {
        ...(type && { loss: 'logits' as const }),
        ...asType(
          {
            preset: keys.flag('use_unsloth') ? 'unsloth' : 'llama-factory',
            method,
            ...weights,
            ...optimizerIn(keys, 'optim'),
            ...precisionIn(keys),
            ...(isDisabled && { attention: 'eager' }),
            ...(keys.flag('enable_liger_kernel') && { kernels: 'liger', loss: 'fused-linear' }),
            ...(isOffloaded && { recompute: 'layers' }),
            ...(keys.flag('disable_gradient_checkpointing') && { recompute: 'none' }),
            ...given({
              reentrant: keys.flag('use_reentrant_gc'),
              batchSize: keys.count('per_device_train_batch_size') ?? 8,
              sequenceLength: keys.count('cutoff_len') ?? 2048,
              gradientAccumulation: keys.count('gradient_accumulation_steps'),
            }),
            ...fsdpRecompute(fsdp),
            ...sharingOf(sharding, { isOffloaded }),
          },
          type,
        ),
      },
    }
  },
}

const NOTES: Readonly<Record<string, string>> = {
  ...TRAINER_NOTES,
  shift_attn: 'shifted sparse attention is not replayed',
  mixture_of_depths: 'mixture of depths is not replayed',
  upcast_layernorm: 'norms are counted in the dtype of the weights',
  upcast_lmhead_output: 'a float32 copy of the logits is counted in the loss only',
  resize_vocab: 'the vocabulary is counted as the config states it',
  use_galore: 'projected gradients cannot be estimated; adamw is counted',
  use_apollo: 'projected gradients cannot be estimated; adamw is counted',
  use_badam: 'blocks of parameters cannot be estimated; all are counted as trained',
  use_adam_mini: 'Adam-mini cannot be estimated; adamw is counted',
  use_llama_pro: 'added blocks are not counted',
  use_mca: 'Megatron is not replayed',
  use_hyper_parallel: 'HyperParallel is not replayed',
  use_kt: 'KTransformers is not replayed',
  freeze_vision_tower: 'towers are counted as trained with all weights, if the model has any',
  freeze_multi_modal_projector: 'the projector is counted as trained with all weights, if the model has any',
  freeze_language_model: 'the language model is counted as trained',
}

/** The losses of the stage dpo whose memory is estimated. */
const TYPES: Readonly<Record<string, FinetuningType>> = {
  sigmoid: 'dpo',
  hinge: 'dpo',
  kto_pair: 'dpo',
  ipo: 'ipo',
  orpo: 'orpo',
  simpo: 'orpo',
}

function typeIn(keys: JobKeys): FinetuningType | undefined {
  const stage = keys.text('stage')
  const loss = keys.text('pref_loss') ?? 'sigmoid'
  if (stage === undefined || stage === 'sft' || stage === 'pt') return undefined
  const known = stage === 'dpo' && Object.hasOwn(TYPES, loss) ? TYPES[loss] : undefined
  const type = stage === 'kto' ? 'kto' : known
  if (loss === 'simpo') keys.warn('pref_loss', 'simpo is counted as orpo: pairs, all logits, and no reference')
  if (!type) keys.warn('stage', 'only the model that is trained is counted, not the others that the method holds')
  return type
}

/** What is trained. All weights are held in float32 unless `pure_bf16` (`model/adapter.py`). */
function methodIn(keys: JobKeys): { readonly method: 'full' | 'full-mixed' | 'lora' | 'qlora' } & MemoryOptions {
  const type = keys.text('finetuning_type') ?? 'lora'
  const isPure = keys.flag('pure_bf16') === true
  if (type === 'full') {
    if (keys.any('deepspeed') !== undefined && !isPure) return { method: 'full' }
    return { method: isPure ? 'full' : 'full-mixed' }
  }
  if (type !== 'lora') throw keys.refuse('finetuning_type', `${type} cannot be estimated; lora and full can`)
  const bits = keys.count('quantization_bit')
  const method = keys.text('quantization_method')
  keys.text('quantization_type')
  const isSingle = keys.flag('double_quantization') === false
  const isBnb = method === undefined || method === 'bnb' || method === 'bitsandbytes'
  if (bits !== undefined && !isBnb)
    keys.warn('quantization_method', `${method} cannot be estimated; bitsandbytes is counted`)
  if (bits !== undefined && bits !== 4 && bits !== 8)
    throw keys.refuse('quantization_bit', `${bits} bits cannot be estimated; 4 and 8 can`)
  return {
    method: bits === 4 ? 'qlora' : 'lora',
    ...(bits === 4 && { quantization: isSingle ? 'nf4' : 'nf4-double' }),
    ...(bits === 8 && { quantization: 'int8' }),
    ...(isPure && { adapterDtype: 'bfloat16' }),
    lora: loraIn(keys),
  }
}

function loraIn(keys: JobKeys): NonNullable<MemoryOptions['lora']> {
  const targets = keys.texts('lora_target') ?? ['all']
  const saved = keys.texts('additional_target')
  const dropout = keys.share('lora_dropout')
  const [useDora, useRslora] = [keys.flag('use_dora'), keys.flag('use_rslora')]
  return {
    rank: keys.count('lora_rank') ?? 8,
    targetModules: targets.includes('all') ? 'all-linear' : targets,
    ...(saved && { modulesToSave: saved }),
    ...(dropout !== undefined && { loraDropout: dropout }),
    ...(useDora !== undefined && { useDora }),
    ...(useRslora !== undefined && { useRslora }),
  }
}

function shardingIn(keys: JobKeys, config: JobKeys | undefined): JobSharding | undefined {
  const zero = deepspeedIn(keys, 'deepspeed')
  const fsdp = config ? fsdpIn(config, undefined) : keys.has('fsdp') ? ({ strategy: 'fsdp1' } as const) : undefined
  return zero ?? fsdp
}
