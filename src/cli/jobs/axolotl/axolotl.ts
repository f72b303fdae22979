import type { MemoryOptions } from '../../../estimate/index.js'
import type { FinetuningType } from '../../../schemas/index.js'
import type { JobFormat } from '../job.js'
import type { JobKeys } from '../job-keys.js'
import { asType } from '../preference-type.js'
import { rolloutIn } from '../rollout-keys.js'
import { fsdpRecompute, sharingOf, syncEachBatchIn } from '../sharding-keys.js'
import { given, optimizerIn, precisionIn, TRAINER_NOTES, warnAbout } from '../shared-keys.js'
import { expertsIn, loraIn, methodIn } from './adapter.js'
import { attentionOf, checkpointingIn, isOffloadedIn, kernelsIn, wideIn } from './kernels.js'
import { NO_EFFECT } from './no-effect.js'
import { layoutIn, shardingIn, upcast } from './sharding.js'

/** Configs of `axolotl train`: axolotl 0.21.0, `utils/schemas`. */
export const AXOLOTL: JobFormat = {
  name: 'axolotl',
  marks: ['base_model'],
  noEffect: NO_EFFECT,
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
      ...routersIn(keys),
    }
    const shards = sharding && upcast(sharding, method, step.autocast ?? true)
    warnAbout(keys, NOTES)
    if (keys.flag('embeddings_skip_upcast') === false)
      keys.warn('embeddings_skip_upcast', 'embeddings are counted in the dtype of the weights')
    const { type, rollout } = typeIn(keys)
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
          ...expertsIn(keys, weights.quantization),
          ...given({
            batchSize: keys.count('micro_batch_size'),
            sequenceLength: keys.count('sequence_len'),
            gradientAccumulation: keys.count('gradient_accumulation_steps'),
            layout: layoutIn(keys),
          }),
          ...rollout,
          ...(method !== 'full' && loraIn(keys)),
          ...sharingOf(shards, { ranks: shards?.ranks, isOffloaded, syncEachBatch: syncEachBatchIn(keys) }),
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
  model_quantization_config: 'not read: pass --quantization',
  expert_parallel_backend: 'not read',
  use_kernels: 'kernels of the hub are not replayed; pass --kernel-packages for those of packages',
  diffusion_lm: 'the loss of diffusion is not replayed',
  trainer_cls: 'what another class of trainer does is not counted',
  ebft: 'fine-tuning by energies is not replayed',
  process_reward_model: 'the head of a reward model is not counted',
  center_rewards_coefficient: 'the head of a reward model is not counted',
  num_labels: 'the head of a classifier is not counted: name a config of a …ForSequenceClassification',
  cls_model_config: 'not read',
  dpo_use_weighting: 'the weights of the pairs are not counted',
  dpo_use_liger_kernel: "Liger's loss of preferences is not replayed; it needs less",
  flash_attn_fuse_mlp: 'fused feed-forward networks are not replayed',
  flash_optimum: 'BetterTransformer is not replayed',
  gemma4_hybrid_attn_impl: 'one kernel of attention is counted for all layers',
  large_head_attention: "torch's attention is counted",
  flash_attn_d512: "torch's attention is counted",
  fused_attn_kernel: 'the kernel is not replayed; it needs less',
  experts_implementation: "transformers' own experts are counted",
  llama4_linearized_experts: 'experts are counted in one tensor',
  ple_cpu_offload: 'embeddings on the CPU are counted on the GPU',
  scaling_softmax: 'the scaling of scores is not counted',
  use_eaft: 'this loss is not replayed; the cross entropy is counted',
  use_dft: 'this loss is not replayed; the cross entropy is counted',
  deepcompile: 'compilation is not replayed',
  fp32_norms: 'norms are counted in the dtype of the weights',
  fp32_norm_classes: 'norms are counted in the dtype of the weights',
  nf4_backend: "bitsandbytes' NF4 is counted",
  bnb_config_kwargs: 'not read: pass --quantization',
  peft: 'not read: LoftQ changes no size',
  peft_layer_replication: 'layers that are repeated are not counted',
  peft_trainable_token_indices: 'embeddings of single tokens are not counted as trained',
  peft_ensure_weight_tying: 'ties of saved modules and adapters are not counted',
  use_onebitllms: 'kernels for 1.58 bits are not replayed',
}

/** Fields of the config of the model that the job overrides (`utils/schemas/deprecated.py`: files write `model_config`). */
function routersIn(keys: JobKeys): MemoryOptions {
  const overrides = keys.section('model_config') ?? keys.section('overrides_of_model_config')
  return given({ outputRouterLogits: overrides?.flag('output_router_logits') })
}

/** The methods of `rl` whose memory is estimated. GDPO is GRPO with other advantages. */
const TYPES: Readonly<Record<string, FinetuningType>> = {
  dpo: 'dpo',
  ipo: 'ipo',
  kto: 'kto',
  orpo: 'orpo',
  simpo: 'orpo',
  grpo: 'grpo',
  gdpo: 'grpo',
}

function typeIn(keys: JobKeys): { readonly type?: FinetuningType; readonly rollout: MemoryOptions } {
  const rl = keys.text('rl')
  const trl = keys.section('trl')
  if (rl === undefined) return { rollout: {} }
  const type = Object.hasOwn(TYPES, rl) ? TYPES[rl] : undefined
  if (!type) keys.warn('rl', 'only the model that is trained is counted, not the others that the method holds')
  if (rl === 'simpo') keys.warn('rl', 'simpo is counted as orpo: pairs, all logits, and no reference')
  if (type !== 'grpo') return { ...(type && { type: lossOf(type, keys) }), rollout: referenceIn(keys) }
  const rollout: MemoryOptions = trl ? rolloutIn(trl) : { referenceModel: false }
  const { targetLength = 0 } = rollout
  if (targetLength < (keys.count('sequence_len') ?? DEFAULT_LENGTH)) return { type, rollout }
  keys.warn(
    'trl',
    `completions have as many tokens as \`sequence_len\`: prompts of ${PROMPT} tokens are counted beside them`,
  )
  return { type, rollout: { ...rollout, sequenceLength: targetLength + PROMPT } }
}

/** A loss of DPO may be IPO's. */
function lossOf(type: FinetuningType, keys: JobKeys): FinetuningType {
  const losses = keys.texts('dpo_loss_type') ?? []
  return type === 'dpo' && losses.includes('ipo') ? 'ipo' : type
}

/** No reference is held if its answers were computed before. */
function referenceIn(keys: JobKeys): MemoryOptions {
  return keys.flag('precompute_ref_log_probs') ? { referenceModel: false } : {}
}

/** What `sequence_len` is unless it is given (`utils/schemas/config.py`). */
const DEFAULT_LENGTH = 512

/** Prompts whose length nothing limits. */
const PROMPT = 512
