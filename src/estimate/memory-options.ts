import type { ImageSize } from '../architecture/sense.js'
import { boolean, choice, integer, listOf, nested, type OptionKind, type OptionTable, oneOf } from '../options/index.js'

import type { FinetuningType } from '../schemas/index.js'
import { FINETUNING_TYPES } from './finetuning.js'
import { KERNEL_PACKAGES, type KernelPackage } from './kernel-packages.js'
import { ATTENTION_KERNELS, type AttentionKernel } from './kernels.js'
import { LAYOUT_OPTIONS, type LayoutOptions } from './layout-options.js'
import { LORA_OPTIONS, type LoraOptions } from './lora/options.js'
import { MEMORY_METHODS, type MemoryMethod } from './methods.js'
import { OPTIMIZER_STEPS, OPTIMIZERS, type Optimizer, type OptimizerStep } from './optimizers.js'
import { PRESETS, type PresetName } from './presets/presets.js'
import { KERNEL_SETS, type KernelSet } from './replay/kernel-set.js'
import { LOSS_LOGITS, LOSSES, type Loss, type LossLogits } from './replay/loss/loss.js'
import { PACKED_STORAGES, type PackedStorage } from './replay/packed/packed-storage.js'
import { WEIGHT_PRECISIONS, type WeightPrecision } from './serving/weights/weight-storage.js'
import { SHARDING_OPTIONS, type ShardingOptions } from './sharding-options.js'

/** The supported types of weights. */
export type TrainingPrecision = (typeof PRECISIONS)[number]

/** The types of weights of a method that trains. */
export const PRECISIONS = ['bfloat16', 'float16', 'float32'] as const

const ADAPTER_DTYPES = ['float32', 'bfloat16', 'float16'] as const

const QUANTIZATIONS = ['none', ...PACKED_STORAGES] as const

/** What can be computed again in backward, besides every nth layer. */
export const RECOMPUTES = ['layers', 'none', 'selective'] as const

/** What to estimate. */
export interface MemoryOptions {
  /**
   * A framework whose defaults fill in the options that are not given: `trl`, `axolotl`, `torchtune` and so on. The assumptions
   * list each value with the version and the file that it was read in. Default: none.
   */
  readonly preset?: PresetName
  /**
   * `full`: weights, gradients and states in bfloat16. `full-mixed`: all three in float32, with autocast to bfloat16 in the
   * forward pass. `lora`: frozen weights in bfloat16 and adapters in float32, like PEFT. `qlora`: the same on 4-bit weights.
   * `inference`: one prefill that keeps its cache. Default: `full`.
   */
  readonly method?: MemoryMethod
  /**
   * One of the API page's types, instead of `method`: what is trained, and which other models are held. The methods that learn from
   * preferences train `lora` if it is given, and all weights otherwise.
   */
  readonly finetuningType?: FinetuningType
  /** The number of virtual tokens that prompt, prefix and p-tuning train. */
  readonly numVirtualTokens?: number
  /** The width of the encoder of p-tuning, and of the projection of prefixes. Default: that of a token, or of a key. */
  readonly encoderHiddenSize?: number
  /** Whether prefixes are projected by a small network, PEFT's `prefix_projection`. Default: no. */
  readonly prefixProjection?: boolean
  /** How many decoder layers the type `top_layers` trains, from the last one down. */
  readonly layers?: number
  /** Sequences in one micro-batch on one GPU. Default: 1. */
  readonly batchSize?: number
  /** Tokens of each sequence. Default: 4,096. */
  readonly sequenceLength?: number
  /**
   * Tokens that an encoder-decoder writes for each sequence, or has written in a forward pass for inference. Then `sequenceLength` is
   * what it reads. Default: as many. For a method that learns from preferences or rewards, the tokens of a completion, which are
   * among those of `sequenceLength`: only they have log-probabilities. Default: all; for `grpo` and `ppo`, which generate them, 512,
   * or half of a shorter sequence.
   */
  readonly targetLength?: number
  /**
   * Whether a method that learns from preferences uses a reference model. `false` is for one whose answers were computed before
   * (`precompute_ref_log_probs` in TRL), or that the method does not need (GRPO with `beta: 0`, which is TRL's default). Default: yes.
   */
  readonly referenceModel?: boolean
  /**
   * Images in each sequence of a multimodal model, of the size that the assumptions name. Their tokens are among those of
   * `sequenceLength`. Default: 0, and the inputs are text only.
   */
  readonly images?: number
  /** The size of the images in pixels, before the processor resizes them. Default: what the family's processor makes of any image, or 1,024 × 1,024. */
  readonly imageSize?: ImageSize
  /**
   * Seconds of sound in each sequence of a model that hears. Its tokens are among those of `sequenceLength`. An encoder of sound alone needs it.
   * Default: 0.
   */
  readonly audioSeconds?: number
  /** The same as `recompute`: `true` is `layers`, `false` is `none`. Default: yes. */
  readonly gradientCheckpointing?: boolean
  /**
   * What is computed again in backward instead of being kept: each decoder layer, every nth, nothing, or, in each layer, all
   * operations but every second product and attention (`selective`, as in torchtitan). Default: `layers`.
   */
  readonly recompute?: (typeof RECOMPUTES)[number] | { readonly every: number }
  /** Whether recomputation is reentrant, as in transformers 4 unless `use_reentrant` says otherwise. Default: with `fsdp1` only. */
  readonly reentrant?: boolean
  /** The adapters of `lora` and `qlora`. Default: rank 32 on all linear layers that PEFT can adapt. */
  readonly lora?: LoraOptions
  /** The dtype of adapters and their gradients. Default: float32; with FSDP2, that of the weights. */
  readonly adapterDtype?: (typeof ADAPTER_DTYPES)[number]
  /** How frozen weights of linear layers, except the output embedding, are stored. Default: `none`; with `qlora`, `nf4-double`. */
  readonly quantization?: 'none' | PackedStorage
  /**
   * Whether experts that are stacked in one parameter are packed too, as axolotl does while it loads a model (`quantize_moe_experts`,
   * `replace_parameter_4bit` of bitsandbytes). transformers packs linear layers alone. Default: no.
   */
  readonly quantizeExperts?: boolean
  /**
   * Whether PEFT's `prepare_model_for_kbit_training` was called: parameters that are not quantised are in float32, and with them
   * the residual stream. Default: no.
   */
  readonly prepareForKbitTraining?: boolean
  /** Whether the forward pass runs under autocast to bfloat16. Default: with `full-mixed` and `prepareForKbitTraining` only. */
  readonly autocast?: boolean
  /** Default: `adamw`. */
  readonly optimizer?: Optimizer
  /**
   * Whether an optimizer of 8 bits keeps float32 states of embeddings, as bitsandbytes does in the `Trainer` of transformers, and so in TRL, axolotl,
   * LLaMA-Factory and Unsloth. With tied embeddings, the head is one of them. Default: no.
   */
  readonly wideEmbeddingStates?: boolean
  /** How the step of the optimizer is computed. Default: `foreach`, torch's default on a GPU. */
  readonly optimizerStep?: OptimizerStep
  /**
   * `logits`: float32 logits. `fused`: one kernel that writes the gradient over them. `chunked`: the head for an eighth of the tokens
   * at a time, then a float32 loss of each eighth (torchtune 0.6.1): all logits exist until the loss is done. `chunked-linear`: head and loss
   * for an eighth of the tokens at a time, which runs backward at once (torchtitan 0.3). `fused-linear`: head and loss in one kernel (Liger). `log-probs`: both in tiles that backward
   * computes again (TRL). Default: `logits`. Methods that learn from preferences have a loss of their own; with `logits` it takes the
   * log-probabilities from a float32 copy of all logits, as LLaMA-Factory does.
   */
  readonly loss?: Loss
  /**
   * What the losses `logits` and `fused` are computed on: `float32` copies of the logits, copies that are copied again to shift
   * them (`float32-shifted`, transformers before 4.49), copies that ranks gather of each other (`float32-gathered`, NeMo Automodel beside
   * `layout.sequenceParallel`), or the logits as they are (`model`, Unsloth). Default: `float32` with
   * `logits`; with `fused`, whose kernels have been used with both, `float32-shifted`, the larger one.
   */
  readonly lossLogits?: LossLogits
  /**
   * Whose kernels compute norms, rotation, gated activations and layers with adapters: `unsloth` are those of 2024, `unsloth-2026.10`
   * those of today, with their attention, loss and buffers. Default: `torch`.
   */
  readonly kernels?: KernelSet
  /**
   * The installed packages whose kernels transformers uses for gated delta networks (`fla`, `causal_conv1d`), short convolutions
   * (`causal_conv1d`), Mamba and Mamba-2 (`mamba_ssm` with `causal_conv1d`). Default: none.
   */
  readonly kernelPackages?: readonly KernelPackage[]
  /**
   * The type of the weights, unless the method fixes it: `bfloat16`, `float16` or `float32`. Default: `bfloat16`; for `inference`
   * as the checkpoint stores them, and any precision is allowed: `int4`, `fp8`, `q4_k_m`.
   */
  readonly precision?: WeightPrecision
  /** The same as `precision`, under the name that transformers uses. */
  readonly dtype?: WeightPrecision
  /** The attention kernel. Default: what torch picks on a recent GPU, flash, or the memory-efficient kernel if there is a mask, or in float32. */
  readonly attention?: AttentionKernel
  /** Micro-batches to accumulate gradients over before a step. Default: 1. */
  readonly gradientAccumulation?: number
  /**
   * Whether the logits are still referenced during backward, as in a loop that keeps the model's output. With the loss `chunked` this is
   * litgpt's: 128 tokens at a time, and all logits kept in float32. Default: no.
   */
  readonly keepOutputs?: boolean
  /**
   * Whether a mixture of experts returns the logits of its routers, `output_router_logits` of transformers: then its class adds a loss of
   * them, if it has one. Default: as its config says.
   */
  readonly outputRouterLogits?: boolean
  /**
   * Whether the loop passes an attention mask, as collators do. All tokens count. The loss of routers needs more memory with one. Default: no.
   */
  readonly attentionMask?: boolean
  /** Whether gradients flow to the input embeddings, as after `enable_input_require_grads` in transformers. Default: no. */
  readonly inputGradients?: boolean
  /** How data-parallel ranks share the model. `batchSize` is per rank. Default: one rank. */
  readonly sharding?: ShardingOptions
  /** Ranks of FSDP2 to shard training over: short for `sharding: { strategy: 'fsdp2', ranks }`. Default: 1. */
  readonly world?: number
  /** Ranks of tensor, pipeline, context and expert parallelism, in addition to those of `sharding`. Default: 1 each. */
  readonly layout?: LayoutOptions
}

/** The most sequences or tokens: a thousand million, more than any GPU can use. */
const MAX_COUNT = 1_000_000_000

const EVERY: OptionTable<{ readonly every: number }> = { every: { ...integer(1, MAX_COUNT), isRequired: true } }

const IMAGE_SIZE: OptionTable<ImageSize> = {
  width: { ...integer(1, 100_000), isRequired: true },
  height: { ...integer(1, 100_000), isRequired: true },
}

/** The checks for the options of an estimate. */
export const MEMORY_OPTIONS: OptionTable<MemoryOptions> = {
  preset: choice(PRESETS),
  method: choice(MEMORY_METHODS),
  finetuningType: choice(FINETUNING_TYPES),
  numVirtualTokens: integer(1, MAX_COUNT),
  encoderHiddenSize: integer(1, MAX_COUNT),
  prefixProjection: boolean,
  layers: integer(1, 1_000_000),
  batchSize: integer(1, MAX_COUNT),
  sequenceLength: integer(1, MAX_COUNT),
  targetLength: integer(1, MAX_COUNT),
  referenceModel: boolean,
  images: integer(0, MAX_COUNT),
  imageSize: nested(IMAGE_SIZE),
  audioSeconds: integer(0, MAX_COUNT),
  gradientCheckpointing: boolean,
  recompute: oneOf(choice(RECOMPUTES), nested(EVERY)) as OptionKind<NonNullable<MemoryOptions['recompute']>>,
  reentrant: boolean,
  lora: nested(LORA_OPTIONS),
  adapterDtype: choice(ADAPTER_DTYPES),
  quantization: choice(QUANTIZATIONS),
  quantizeExperts: boolean,
  prepareForKbitTraining: boolean,
  autocast: boolean,
  optimizer: choice(OPTIMIZERS),
  wideEmbeddingStates: boolean,
  optimizerStep: choice(OPTIMIZER_STEPS),
  loss: choice(LOSSES),
  lossLogits: choice(LOSS_LOGITS),
  kernels: choice(KERNEL_SETS),
  kernelPackages: listOf(choice(KERNEL_PACKAGES)),
  precision: choice(WEIGHT_PRECISIONS),
  dtype: choice(WEIGHT_PRECISIONS),
  attention: choice(ATTENTION_KERNELS),
  gradientAccumulation: integer(1, MAX_COUNT),
  keepOutputs: boolean,
  outputRouterLogits: boolean,
  attentionMask: boolean,
  inputGradients: boolean,
  sharding: nested(SHARDING_OPTIONS),
  world: integer(1, MAX_COUNT),
  layout: nested(LAYOUT_OPTIONS),
}
