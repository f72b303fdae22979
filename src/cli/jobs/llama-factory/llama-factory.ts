import type { MemoryOptions } from '../../../estimate/index.js'
import type { FinetuningType } from '../../../schemas/index.js'
import { deepspeedIn } from '../deepspeed-keys.js'
import type { JobFormat } from '../job.js'
import type { JobKeys } from '../job-keys.js'
import { asType } from '../preference-type.js'
import { fsdpRecompute, type JobSharding, sharingOf, syncEachBatchIn, trainerFsdpIn } from '../sharding-keys.js'
import { given, optimizerIn, precisionIn, TRAINER_NOTES, warnAbout } from '../shared-keys.js'
import { NO_EFFECT } from './no-effect.js'

/** Configs of `llamafactory-cli train`: llamafactory 0.9.5, `hparams`. */
export const LLAMA_FACTORY: JobFormat = {
  name: 'LLaMA-Factory',
  marks: ['finetuning_type', 'stage', 'cutoff_len', 'lora_target', 'template'],
  noEffect: NO_EFFECT,
  read(keys) {
    const { method, ...weights } = methodIn(keys)
    const fsdp = keys.section('fsdp_config')
    const sharding = shardingIn(keys, fsdp)
    const model = keys.text('model_name_or_path')
    const attention = keys.text('flash_attn')
    const isRecomputed = keys.flag('disable_gradient_checkpointing') !== true
    const isOffloaded = keys.flag('use_unsloth_gc') === true && isRecomputed
    const isDisabled = attention === 'disabled'
    const [own, trainers] = [keys.flag('enable_liger_kernel'), keys.flag('use_liger_kernel')]
    const isLiger = own === true || trainers === true
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
            ...(isLiger && { kernels: 'liger', loss: 'fused-linear' }),
            ...routersIn(keys),
            ...(isOffloaded && { recompute: 'layers' }),
            ...(!isRecomputed && { recompute: 'none' }),
            ...given({
              reentrant: keys.flag('use_reentrant_gc'),
              batchSize: keys.count('per_device_train_batch_size') ?? 8,
              sequenceLength: keys.count('cutoff_len') ?? 2048,
              gradientAccumulation: keys.count('gradient_accumulation_steps'),
            }),
            ...fsdpRecompute(fsdp),
            ...sharingOf(sharding, { isOffloaded, syncEachBatch: syncEachBatchIn(keys) }),
          },
          type,
        ),
      },
    }
  },
}

const NOTES: Readonly<Record<string, string>> = {
  ...TRAINER_NOTES,
  gradient_checkpointing: 'LLaMA-Factory recomputes layers unless `disable_gradient_checkpointing` is true',
  activation_checkpointing: 'LLaMA-Factory recomputes layers unless `disable_gradient_checkpointing` is true',
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
  use_muon: "LLaMA-Factory's own Muon is not replayed, and adamw is counted; --optimizer muon counts torch's",
  use_dft_loss: 'this loss is not replayed; the cross entropy is counted',
  use_asft_loss: 'this loss is not replayed; the cross entropy is counted',
  use_eaft_loss: 'this loss is not replayed; the cross entropy is counted',
  use_v1_kernels: 'the kernels of its version 1 are not replayed',
  fp8: 'products in FP8 are not replayed',
  fp8_enable_fsdp_float8_all_gather: 'parameters are counted as gathered in 16 bits',
  ref_model: 'the reference is counted as a copy of the model',
  ref_model_adapters: 'the adapters of the reference are not counted',
  ref_model_quantization_bit: 'the reference is counted as the model is stored',
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

/** The loss of routers (`configure_moe` in `model/model_utils/moe.py`); 0 leaves the config as it is. */
function routersIn(keys: JobKeys): MemoryOptions {
  if (!keys.number('moe_aux_loss_coef')) return {}
  keys.warn(
    'moe_aux_loss_coef',
    'counted if the class adds a loss of routers; LLaMA-Factory asks for it in the families that it lists alone (`model/model_utils/moe.py`)',
  )
  return { outputRouterLogits: true }
}

function shardingIn(keys: JobKeys, config: JobKeys | undefined): JobSharding | undefined {
  const zero = deepspeedIn(keys, 'deepspeed')
  const fsdp = trainerFsdpIn(keys, config)
  return zero ?? fsdp
}
