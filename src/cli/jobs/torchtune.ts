import type { MemoryOptions } from '../../estimate/index.js'
import type { Optimizer } from '../../estimate/optimizers.js'
import type { JobFormat } from './job.js'
import type { JobKeys } from './job-keys.js'
import { sharingOf } from './sharding-keys.js'
import { given, warnAbout } from './shared-keys.js'

/** Configs of torchtune's recipes: torchtune 0.6.1, `recipes/configs`. */
export const TORCHTUNE: JobFormat = {
  name: 'torchtune',
  marks: ['checkpointer'],
  noEffect: [
    'output_dir',
    'seed',
    'shuffle',
    'epochs',
    'max_steps_per_epoch',
    'lr_scheduler',
    'device',
    'metric_logger',
    'log_*',
    'profiler',
    'resume_from_checkpoint',
    'save_adapter_weights_only',
    'clip_grad_norm',
    'low_cpu_ram',
    'collate_fn',
    'cudnn_deterministic_mode',
    'custom_sharded_layers',
    'dataset_val',
    'run_val_every_n_steps',
    'batch_size_val',
  ],
  read(keys) {
    const component = keys.section('model')
    const name = component?.text('_component_')
    if (!component || name === undefined) throw keys.refuse('model', 'expected a mapping with _component_')
    const isAdapted = /\.q?lora_/.test(name)
    const isPacked = /\.qlora_/.test(name) || component.flag('quantize_base') === true
    const checkpoints = keys.glance('checkpointer')?.text('checkpoint_dir')
    warnAbout(keys, NOTES)
    const dtype = keys.text('dtype') ?? 'bf16'
    if (dtype !== 'bf16' && dtype !== 'fp32')
      throw keys.refuse('dtype', `${dtype} cannot be estimated; bf16 and fp32 can`)
    const method = isAdapted ? (isPacked ? 'qlora' : 'lora') : 'full'
    const tensor = keys.count('tensor_parallel_dim')
    return {
      format: 'torchtune',
      ...(checkpoints !== undefined && { model: checkpoints }),
      options: {
        preset: 'torchtune',
        method,
        ...(dtype === 'fp32' && { dtype: 'float32' as const }),
        ...(isAdapted && { lora: loraIn(component) }),
        ...optimizerIn(keys),
        ...lossIn(keys),
        ...recomputeIn(keys),
        ...sharingOf(undefined, { isOffloaded: keys.flag('enable_activation_offloading') === true }),
        ...given({
          batchSize: keys.count('batch_size') ?? 1,
          sequenceLength: sequenceIn(keys),
          gradientAccumulation: keys.count('gradient_accumulation_steps'),
          layout: tensor !== undefined && tensor > 1 ? { tensor } : undefined,
        }),
      },
    }
  },
}

const NOTES: Readonly<Record<string, string>> = {
  compile: 'torch.compile is not replayed; it needs less',
  teacher_model: 'the teacher is not counted',
  teacher_checkpointer: 'the teacher is not counted',
  kd_loss: 'the loss of distillation is not replayed',
  kd_ratio: 'the loss of distillation is not replayed',
  fsdp_cpu_offload: 'give --sharding fsdp2 --ranks <n> --offload parameters',
  quantizer: 'fake quantisation is not counted',
  tensor_parallel_plan: 'the plan is that of the estimate',
  ref_checkpointer: 'the reference model is not counted',
  ppo_epochs: 'only the model that is trained is counted',
}

/** The layers that torchtune's builders name, in transformers' words. */
const ATTENTION: Readonly<Record<string, string>> = {
  q_proj: 'q_proj',
  k_proj: 'k_proj',
  v_proj: 'v_proj',
  output_proj: 'o_proj',
}

function loraIn(component: JobKeys): NonNullable<MemoryOptions['lora']> {
  const attention = (component.texts('lora_attn_modules') ?? ['q_proj', 'v_proj']).flatMap(
    (name) => ATTENTION[name] ?? [],
  )
  const feedForward = component.flag('apply_lora_to_mlp') ? ['gate_proj', 'up_proj', 'down_proj'] : []
  const output = component.flag('apply_lora_to_output') ? ['lm_head'] : []
  const dropout = component.share('lora_dropout')
  const useDora = component.flag('use_dora')
  component.any('lora_alpha')
  return {
    rank: component.count('lora_rank') ?? 8,
    targetModules: [...attention, ...feedForward, ...output],
    ...(dropout !== undefined && { loraDropout: dropout }),
    ...(useDora !== undefined && { useDora }),
  }
}

const OPTIMIZERS: Readonly<Record<string, Optimizer>> = {
  'torch.optim.AdamW': 'adamw',
  'torch.optim.SGD': 'sgd',
  'bitsandbytes.optim.PagedAdamW8bit': 'adamw-8bit-paged',
  'bitsandbytes.optim.AdamW8bit': 'adamw-8bit',
  'bitsandbytes.optim.PagedAdamW': 'adamw-32bit-paged',
  'bitsandbytes.optim.PagedAdamW32bit': 'adamw-32bit-paged',
  'bitsandbytes.optim.AdamW': 'adamw-32bit',
  'bitsandbytes.optim.AdamW32bit': 'adamw-32bit',
  'torch.optim.Adafactor': 'adafactor',
}

function optimizerIn(keys: JobKeys): MemoryOptions {
  const section = keys.glance('optimizer')
  const name = section?.text('_component_')
  const isInBackward = keys.flag('optimizer_in_bwd') === true
  if (!section || name === undefined) return {}
  const isFused = section.flag('fused') === true
  const optimizer = OPTIMIZERS[name]
  if (!optimizer)
    keys.warn(
      'optimizer',
      `${name} cannot be estimated; adamw is counted. It can be: ${Object.keys(OPTIMIZERS).join(', ')}`,
    )
  // The recipes update after backward unless the file says otherwise; the preset updates in backward, as torchtune's own files do.
  if (optimizer === 'adamw-8bit-paged' && !isInBackward)
    keys.warn('optimizer', 'on one GPU, each parameter is counted as updated in backward (`optimizer_in_bwd: true`)')
  const step = isInBackward
    ? 'in-backward'
    : optimizer === 'adamw' || optimizer === undefined
      ? isFused
        ? 'fused'
        : 'foreach'
      : undefined
  return { optimizer: optimizer ?? 'adamw', ...(step && { optimizerStep: step }) }
}

function lossIn(keys: JobKeys): MemoryOptions {
  const name = keys.glance('loss')?.text('_component_')
  if (name === undefined) return {}
  if (/Chunked|LinearCrossEntropy/.test(name)) return { loss: 'chunked' }
  if (!/CrossEntropyLoss$/.test(name)) keys.warn('loss', `${name} is not replayed; the cross entropy is counted`)
  return { loss: 'logits' }
}

function recomputeIn(keys: JobKeys): MemoryOptions {
  const isOn = keys.flag('enable_activation_checkpointing')
  const mode = keys.text('ac_mode')
  const option = keys.any('ac_option')
  if (mode === 'selective') {
    if (typeof option === 'number' && option > 1) return { recompute: { every: option } }
    if (option === 'op') return { recompute: 'selective' }
  }
  return isOn === undefined ? {} : { recompute: isOn ? 'layers' : 'none' }
}

/** The length that the tokenizer cuts at. */
function sequenceIn(keys: JobKeys): number | undefined {
  const tokenizer = keys.glance('tokenizer')
  const length = tokenizer?.count('max_seq_len')
  const dataset = keys.glance('dataset')
  const isPacked = dataset?.flag('packed')
  if (length === undefined)
    keys.warn(
      'tokenizer',
      `max_seq_len is not set: sequences of 4096 tokens are counted${isPacked ? '' : ', or what --context says'}`,
    )
  return length
}
