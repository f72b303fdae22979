import type { MemoryOptions } from '../../estimate/index.js'
import type { LayoutOptions } from '../../estimate/layout-options.js'
import type { LoraOptions } from '../../estimate/lora/options.js'
import type { FinetuningType } from '../../schemas/index.js'
import { deepspeedIn } from './deepspeed-keys.js'
import type { JobFormat } from './job.js'
import type { JobKeys } from './job-keys.js'
import { asType } from './preference-type.js'
import { FSDP_NO_EFFECT, fsdpIn, fsdpRecompute, type JobSharding, sharingOf } from './sharding-keys.js'
import {
  attentionIn,
  given,
  optimizerIn,
  precisionIn,
  TRAINER_NO_EFFECT,
  TRAINER_NOTES,
  warnAbout,
} from './shared-keys.js'

/** Configs of `axolotl train`: axolotl 0.21.0, `utils/schemas`. */
export const AXOLOTL: JobFormat = {
  name: 'axolotl',
  marks: ['base_model'],
  noEffect: [
    ...TRAINER_NO_EFFECT,
    ...FSDP_NO_EFFECT,
    'model_type',
    'type_of_model',
    'tokenizer_*',
    'processor_*',
    'is_*_derived_model',
    'is_falcon_derived_model',
    'is_llama_derived_model',
    'is_mistral_derived_model',
    'is_qwen_derived_model',
    'revision_of_model',
    'datasets',
    'test_datasets',
    'pretraining_dataset',
    'dataset_*',
    'shuffle_*',
    'skip_prepare_dataset',
    'num_dataset_shards_to_save',
    'push_dataset_to_hub',
    'val_set_size',
    'chat_template*',
    'eot_tokens',
    'default_system_message',
    'special_tokens',
    'strict',
    'train_on_inputs',
    'excess_length_strategy',
    'min_sample_len',
    'sample_packing*',
    'sequence_len_*',
    'pad_to_*',
    'curriculum_sampling',
    'multipack_real_batches',
    'batch_flattening',
    'pretrain_multipack_*',
    'streaming*',
    'num_epochs',
    'saves_per_epoch',
    'evals_per_epoch',
    'lr_*',
    'cosine_*',
    'embedding_lr*',
    'loraplus_*',
    'early_stopping_patience',
    'loss_watchdog_*',
    'gc_steps',
    'gc_collect_steps',
    'wandb_*',
    'use_wandb',
    'mlflow_*',
    'use_mlflow',
    'comet_*',
    'use_comet',
    'swanlab_*',
    'use_swanlab',
    'use_trackio',
    'use_tensorboard',
    'use_otel_metrics',
    'otel_*',
    'gradio_*',
    'lora_alpha',
    'lora_fan_in_fan_out',
    'peft_init_lora_weights',
    'lora_model_dir',
    'lora_on_cpu',
    'merge_*',
    'low_cpu_mem_usage',
    'device',
    'device_map',
    'max_memory',
    'gpu_memory_limit',
    'ddp',
    'world_size',
    'hf_use_auth_token',
    'generate_samples',
    'num_generation_samples',
    'generation_*',
    'axolotl_config_path',
    'use_ray',
    'ray_*',
    'resources_per_worker',
    'total_num_tokens',
    'embeddings_skip_upcast',
    'qlora_sharded_model_loading',
    'strict',
    'rl_beta',
    'torchdistx_path',
    'optim_args',
    'adam_epsilon2',
    'adam_beta3',
    'adam_eps',
    'flex_attn_compile_kwargs',
    'experimental_skip_move_to_device',
    'auto_resume_from_checkpoints',
    'mean_resizing_embeddings',
    'remove_unused_columns',
    'gptq_*',
    'data_seed',
    'eta_min',
    'dynamic_checkpoint',
    'profiler_*',
    'use_kernels',
  ],
  read(keys) {
    const fsdp = keys.section('fsdp_config')
    const sharding = shardingIn(keys, fsdp)
    const { method, ...weights } = methodIn(keys)
    const isOffloaded = isOffloadedIn(keys)
    const step: MemoryOptions = {
      ...optimizerIn(keys, 'optimizer'),
      ...precisionIn(keys),
      ...wideIn(keys),
      ...attentionOf(keys),
      ...kernelsIn(keys),
      ...checkpointingIn(keys, isOffloaded),
      ...fsdpRecompute(fsdp),
    }
    const shards = sharding && upcast(sharding, method, step.autocast ?? true)
    warnAbout(keys, NOTES)
    const type = typeIn(keys)
    const model = keys.text('base_model')
    return {
      format: 'axolotl',
      ...(model !== undefined && { model }),
      ...(shards && !shards.ranks && { needsRanks: true }),
      options: asType(
        {
          preset: 'axolotl',
          method,
          ...weights,
          ...step,
          ...given({
            batchSize: keys.count('micro_batch_size'),
            sequenceLength: keys.count('sequence_len'),
            gradientAccumulation: keys.count('gradient_accumulation_steps'),
            layout: layoutIn(keys),
          }),
          ...(method !== 'full' && loraIn(keys)),
          ...sharingOf(shards, { ranks: shards?.ranks, isOffloaded }),
        },
        type,
      ),
    }
  },
}

const NOTES: Readonly<Record<string, string>> = {
  ...TRAINER_NOTES,
  reward_model: 'the head of a reward model is not counted',
  unfrozen_parameters: 'all parameters are counted as trained',
  lora_target_parameters: 'adapters on parameters are not counted',
  lora_mlp_kernel: 'the kernel is not replayed; it needs less',
  lora_qkv_kernel: 'the kernel is not replayed; it needs less',
  lora_o_kernel: 'the kernel is not replayed; it needs less',
  lora_embedding_kernel: 'the kernel is not replayed; it needs less',
  layer_offloading: 'layers on the CPU are counted on the GPU',
  selective_checkpointing: 'which operations are kept is not read',
  tiled_mlp: 'the feed-forward network in tiles is not replayed; it needs less',
  fp8: 'products in FP8 are not replayed',
  qat: 'fake quantisation is not counted',
  relora: 'restarts of LoRA are not counted',
  lisa_n_layers: 'all layers are counted as trained',
  diffusion: 'the loss of diffusion is not replayed',
  quantize_moe_experts: 'experts that are quantised on loading are counted in 16 bits',
  model_quantization_config: 'not read: pass --quantization',
  expert_parallel_backend: 'not read',
}

const OF_ADAPTERS = ['lora_r', 'lora_dropout', 'lora_target_modules', 'lora_target_linear', 'lora_modules_to_save']

/** The methods of `rl` whose memory is estimated. */
const TYPES: Readonly<Record<string, FinetuningType>> = { dpo: 'dpo', ipo: 'ipo', kto: 'kto', orpo: 'orpo' }

function typeIn(keys: JobKeys): FinetuningType | undefined {
  const rl = keys.text('rl')
  if (rl === undefined) return undefined
  const type = Object.hasOwn(TYPES, rl) ? TYPES[rl] : undefined
  if (!type) keys.warn('rl', 'only the model that is trained is counted, not the others that the method holds')
  return type
}

function methodIn(keys: JobKeys): { readonly method: 'full' | 'lora' | 'qlora' } & MemoryOptions {
  const adapter = keys.text('adapter')
  const [four, eight, gptq] = [keys.flag('load_in_4bit'), keys.flag('load_in_8bit'), keys.flag('gptq')]
  if (adapter === undefined || adapter === '') {
    for (const key of OF_ADAPTERS) if (keys.has(key)) keys.warn(key, 'no effect without `adapter`')
    return { method: 'full' }
  }
  if (adapter !== 'lora' && adapter !== 'qlora')
    throw keys.refuse('adapter', `${adapter} cannot be estimated; lora and qlora can`)
  if (gptq) return { method: 'lora', quantization: 'gptq' }
  if (four || adapter === 'qlora') return { method: 'qlora', quantization: 'nf4-double' }
  return eight ? { method: 'lora', quantization: 'int8' } : { method: 'lora' }
}

function loraIn(keys: JobKeys): MemoryOptions {
  const rank = keys.count('lora_r')
  const targets = keys.any('lora_target_modules')
  const layers = keys.any('peft_layers_to_transform')
  const pattern = keys.section('lora_rank_pattern')
  if (pattern) keys.warn('lora_rank_pattern', 'one rank is counted for all modules')
  if (layers !== undefined) keys.warn('peft_layers_to_transform', 'adapters are counted on all layers')
  const isLinear = keys.flag('lora_target_linear') === true
  if (rank === undefined) return {}
  const lora: LoraOptions = {
    rank,
    ...(isLinear ? { targetModules: 'all-linear' } : targetsOf(targets, () => keys.texts('lora_target_modules'))),
    ...defined({
      modulesToSave: keys.texts('lora_modules_to_save'),
      loraDropout: keys.share('lora_dropout'),
      useDora: keys.flag('peft_use_dora'),
      useRslora: keys.flag('peft_use_rslora'),
    }),
  }
  const adapterDtype = keys.flag('peft_autocast_adapter_dtype') === false ? 'bfloat16' : undefined
  return { lora, ...(adapterDtype && { adapterDtype }) }
}

/** A regular expression or `all-linear` is a text, names are a list. */
function targetsOf(value: unknown, list: () => readonly string[] | undefined): Pick<LoraOptions, 'targetModules'> {
  if (typeof value === 'string') return { targetModules: value }
  const names = list()
  return names && names.length > 0 ? { targetModules: names } : {}
}

function defined<Options extends object>(
  options: { readonly [Name in keyof Options]: Options[Name] | undefined },
): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Options>
}

/** Without bf16 and fp16, everything is in float32. */
function wideIn(keys: JobKeys): MemoryOptions {
  const isHalf =
    keys.flagOrText('bf16') !== false || keys.flag('fp16') === true || keys.flag('bfloat16') || keys.flag('float16')
  const isPacked =
    keys.flag('load_in_4bit') || keys.flag('load_in_8bit') || keys.flag('gptq') || keys.text('adapter') === 'qlora'
  if (isHalf) return {}
  return isPacked ? { prepareForKbitTraining: true, autocast: false } : { dtype: 'float32', autocast: false }
}

/** Whether activations are on the CPU: `gradient_checkpointing: offload`, or `activation_offloading`. */
function isOffloadedIn(keys: JobKeys): boolean {
  const said = keys.flagOrText('gradient_checkpointing')
  const offload = keys.flagOrText('activation_offloading')
  return (offload !== undefined && offload !== false) || (typeof said === 'string' && said.startsWith('offload'))
}

function checkpointingIn(keys: JobKeys, isOffloaded: boolean): MemoryOptions {
  const said = keys.flagOrText('gradient_checkpointing')
  const reentrant = keys.section('gradient_checkpointing_kwargs')?.flag('use_reentrant')
  return {
    ...(said !== undefined && { recompute: said === false && !isOffloaded ? 'none' : 'layers' }),
    ...(said === undefined && isOffloaded && { recompute: 'layers' }),
    ...(reentrant !== undefined && { reentrant }),
  }
}

function attentionOf(keys: JobKeys): MemoryOptions {
  for (const key of ['flash_attention', 'sdp_attention', 'flex_attention', 'sage_attention']) keys.flag(key)
  if (keys.flag('eager_attention')) return { attention: 'eager' }
  if (keys.flag('xformers_attention')) return { attention: 'efficient' }
  return attentionIn(keys, 'attn_implementation')
}

function kernelsIn(keys: JobKeys): MemoryOptions {
  const plugins = keys.texts('plugins') ?? []
  for (const plugin of plugins) if (!KNOWN_PLUGINS.test(plugin)) keys.warn('plugins', `${plugin} is not counted`)
  const parts = ['liger_rms_norm', 'liger_rope', 'liger_glu_activation', 'liger_layer_norm'].map(
    (key) => keys.flag(key) === true,
  )
  const isLiger = parts.slice(0, 3).some(Boolean)
  if (isLiger && !parts.slice(0, 3).every(Boolean))
    keys.warn('plugins', "all of Liger's kernels are counted, although some are switched off")
  const isCut = keys.flag('cut_cross_entropy') ?? plugins.some((one) => /cut_cross_entropy/.test(one))
  const [isLinear, isFused] = [keys.flag('liger_fused_linear_cross_entropy'), keys.flag('liger_cross_entropy')]
  const [isChunked, isFlash] = [keys.flag('chunked_cross_entropy'), keys.flag('flash_attn_cross_entropy')]
  return {
    ...(isLiger && { kernels: 'liger' }),
    ...(isCut || isLinear
      ? { loss: 'fused-linear' }
      : isChunked
        ? { loss: 'chunked' }
        : isFused || isFlash
          ? { loss: 'fused' }
          : {}),
  }
}

const KNOWN_PLUGINS = /liger|cut_cross_entropy|spectrum|lm_eval|swanlab/i

function shardingIn(
  keys: JobKeys,
  config: JobKeys | undefined,
): (JobSharding & { readonly ranks?: number }) | undefined {
  const hasFsdp = keys.has('fsdp')
  const version = keys.count('fsdp_version')
  const ranks = keys.count('dp_shard_size')
  const fsdp = config
    ? fsdpIn(config, version)
    : hasFsdp || ranks
      ? ({ strategy: version === 1 ? 'fsdp1' : 'fsdp2' } as const)
      : undefined
  const shared = fsdp ?? deepspeedIn(keys, 'deepspeed')
  if (keys.has('dp_replicate_size')) keys.count('dp_replicate_size')
  return shared && { ...shared, ...(ranks !== undefined && { ranks }) }
}

/** accelerate holds what is trained in float32 where FSDP has mixed precision (1.15.0, `accelerator.py`). */
function upcast<Shares extends JobSharding>(sharding: Shares, method: string, autocast: boolean): Shares {
  const isUpcast = method === 'full' && autocast && sharding.strategy.startsWith('fsdp')
  return isUpcast ? { ...sharding, parameterDtype: 'float32', reduceDtype: 'bfloat16' } : sharding
}

function layoutIn(keys: JobKeys): LayoutOptions | undefined {
  const layout = defined<LayoutOptions>({
    tensor: keys.count('tensor_parallel_size'),
    context: keys.count('context_parallel_size') ?? keys.count('sequence_parallel_degree'),
    expert: keys.count('expert_parallel_size'),
  })
  return Object.values(layout).some((degree) => degree !== 1) ? layout : undefined
}
