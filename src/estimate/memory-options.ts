import {
  boolean,
  checkOptions,
  choice,
  integer,
  nested,
  type OptionKind,
  type OptionTable,
  oneOf,
} from '../options/index.js'
import { ATTENTION_KERNELS, type AttentionKernel } from './kernels.js'
import { checkLayout, LAYOUT_OPTIONS, type LayoutOptions } from './layout-options.js'
import { LORA_OPTIONS, type LoraOptions } from './lora/options.js'
import { MEMORY_METHODS, type MemoryMethod, type Method, methodOf } from './methods.js'
import { OPTIMIZER_STEPS, OPTIMIZERS, type Optimizer, type OptimizerStep } from './optimizers.js'
import { refuseSharding } from './refused-sharding.js'
import { KERNEL_SETS, type KernelSet } from './replay/kernel-set.js'
import { LOSS_LOGITS, LOSSES, type Loss, type LossKind, type LossLogits } from './replay/loss.js'
import { PACKED_STORAGES, type PackedStorage } from './replay/packed-storage.js'
import type { Recomputation } from './replay/training-options.js'
import { WEIGHT_PRECISIONS, type WeightPrecision } from './serving/weights/weight-storage.js'
import { SHARDING_OPTIONS, type ShardingOptions } from './sharding-options.js'

/** The supported types of weights. */
export type TrainingPrecision = (typeof PRECISIONS)[number]

const PRECISIONS = ['bfloat16', 'float16'] as const

const ADAPTER_DTYPES = ['float32', 'bfloat16', 'float16'] as const

const QUANTIZATIONS = ['none', ...PACKED_STORAGES] as const

/** What can be computed again in backward, besides every nth layer. */
export const RECOMPUTES = ['layers', 'none', 'selective'] as const

/** What to estimate. */
export interface MemoryOptions {
  /**
   * `full`: weights, gradients and states in bfloat16. `full-mixed`: all three in float32, with autocast to bfloat16 in the
   * forward pass. `lora`: frozen weights in bfloat16 and adapters in float32, like PEFT. `qlora`: the same on 4-bit weights.
   * `inference`: one prefill that keeps its cache. Default: `full`.
   */
  readonly method?: MemoryMethod
  /** Sequences in one micro-batch on one GPU. Default: 1. */
  readonly batchSize?: number
  /** Tokens of each sequence. Default: 4,096. */
  readonly sequenceLength?: number
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
   * Whether PEFT's `prepare_model_for_kbit_training` was called: parameters that are not quantised are in float32, and with them
   * the residual stream. Default: no.
   */
  readonly prepareForKbitTraining?: boolean
  /** Whether the forward pass runs under autocast to bfloat16. Default: with `full-mixed` and `prepareForKbitTraining` only. */
  readonly autocast?: boolean
  /** Default: `adamw`. */
  readonly optimizer?: Optimizer
  /** How the step of the optimizer is computed. Default: `foreach`, torch's default on a GPU. */
  readonly optimizerStep?: OptimizerStep
  /**
   * `logits`: float32 logits. `fused`: one kernel that writes the gradient over them. `chunked`: head and loss for an eighth of
   * the tokens at a time. `fused-linear`: head and loss in one kernel. Default: `logits`.
   */
  readonly loss?: Loss
  /**
   * What the losses `logits` and `fused` are computed on: `float32` copies of the logits, copies that are copied again to shift
   * them (`float32-shifted`, transformers before 4.50), or the logits as they are (`model`, Unsloth). Default: `float32`.
   */
  readonly lossLogits?: LossLogits
  /** Whose kernels compute norms, rotation and gated activations. Default: `torch`. */
  readonly kernels?: KernelSet
  /**
   * The type of the weights, unless the method fixes it. Default: `bfloat16`; for `inference` as the checkpoint stores them,
   * and any precision of weights that are not trained is allowed: `int4`, `fp8`, `q4_k_m`.
   */
  readonly precision?: WeightPrecision
  /** The same as `precision`, under the name that transformers uses. */
  readonly dtype?: WeightPrecision
  /** The attention kernel. Default: what torch picks on a recent GPU, flash, or the memory-efficient kernel if there is a mask. */
  readonly attention?: AttentionKernel
  /** Micro-batches to accumulate gradients over before a step. Default: 1. */
  readonly gradientAccumulation?: number
  /** Whether the logits are still referenced during backward, as in a loop that keeps the model's output. Default: no. */
  readonly keepOutputs?: boolean
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

/** The checks for the options of an estimate. */
export const MEMORY_OPTIONS: OptionTable<MemoryOptions> = {
  method: choice(MEMORY_METHODS),
  batchSize: integer(1, MAX_COUNT),
  sequenceLength: integer(1, MAX_COUNT),
  gradientCheckpointing: boolean,
  recompute: oneOf(choice(RECOMPUTES), nested(EVERY)) as OptionKind<NonNullable<MemoryOptions['recompute']>>,
  reentrant: boolean,
  lora: nested(LORA_OPTIONS),
  adapterDtype: choice(ADAPTER_DTYPES),
  quantization: choice(QUANTIZATIONS),
  prepareForKbitTraining: boolean,
  autocast: boolean,
  optimizer: choice(OPTIMIZERS),
  optimizerStep: choice(OPTIMIZER_STEPS),
  loss: choice(LOSSES),
  lossLogits: choice(LOSS_LOGITS),
  kernels: choice(KERNEL_SETS),
  precision: choice(WEIGHT_PRECISIONS),
  dtype: choice(WEIGHT_PRECISIONS),
  attention: choice(ATTENTION_KERNELS),
  gradientAccumulation: integer(1, MAX_COUNT),
  keepOutputs: boolean,
  inputGradients: boolean,
  sharding: nested(SHARDING_OPTIONS),
  world: integer(1, MAX_COUNT),
  layout: nested(LAYOUT_OPTIONS),
}

/** The options with every default filled in, and with one name for each thing. */
export interface CheckedMemoryOptions {
  readonly method: MemoryMethod
  readonly batchSize: number
  readonly sequenceLength: number
  readonly recompute: Recomputation
  readonly reentrant: boolean
  /** Absent: rank 32 on every linear layer that PEFT can adapt. */
  readonly lora: LoraOptions | undefined
  readonly adapterDtype: 'float32' | 'bfloat16' | 'float16' | undefined
  readonly storage: PackedStorage | undefined
  readonly isPrepared: boolean
  readonly autocast: boolean
  readonly optimizer: Optimizer
  readonly optimizerStep: OptimizerStep
  readonly loss: LossKind
  readonly kernels: KernelSet
  /** The type of weights that are trained, or that adapters are trained on. */
  readonly precision: TrainingPrecision
  /** The precision of weights that nothing trains; `undefined`: as the checkpoint stores them. */
  readonly served: WeightPrecision | undefined
  readonly attention: AttentionKernel
  readonly gradientAccumulation: number
  readonly keepOutputs: boolean
  readonly inputGradients: boolean
  readonly sharding: ShardingOptions
  readonly layout: Required<LayoutOptions>
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError for an unknown option or choice, and for options that exclude each other
 * @throws RangeError for a count that is not an integer, or out of range
 */
export function checkMemoryOptions(options: MemoryOptions): CheckedMemoryOptions {
  checkOptions(options, MEMORY_OPTIONS)
  const method = options.method ?? 'full'
  const isPrepared = options.prepareForKbitTraining ?? false
  const sharding = shardingOf(options)
  const reentrant = options.reentrant ?? sharding.strategy === 'fsdp1'
  const recompute = recomputationOf(options)
  refuseContradictions(options, methodOf(method))
  const quantization = options.quantization ?? methodOf(method).quantization
  const served = options.precision ?? options.dtype
  return {
    method,
    batchSize: options.batchSize ?? 1,
    sequenceLength: options.sequenceLength ?? 4096,
    recompute,
    reentrant,
    lora: options.lora,
    adapterDtype: options.adapterDtype,
    storage: quantization === 'none' ? undefined : quantization,
    isPrepared,
    autocast: options.autocast ?? (methodOf(method).weights === 'float32' || isPrepared),
    optimizer: options.optimizer ?? 'adamw',
    optimizerStep: options.optimizerStep ?? 'foreach',
    loss: { kind: options.loss ?? 'logits', logits: options.lossLogits ?? 'float32' },
    kernels: options.kernels ?? 'torch',
    precision: methodOf(method).trains === 'nothing' ? 'bfloat16' : trainingPrecision(served),
    served,
    attention: options.attention ?? 'flash',
    gradientAccumulation: options.gradientAccumulation ?? 1,
    keepOutputs: options.keepOutputs ?? false,
    inputGradients: options.inputGradients ?? (isPrepared && reentrant && recompute !== 'none'),
    sharding,
    layout: checkLayout(options.layout ?? {}),
  }
}

/** The precision of a method that trains something, which has 16 bits. */
function trainingPrecision(precision: WeightPrecision = 'bfloat16'): TrainingPrecision {
  const known = PRECISIONS.find((one) => one === precision)
  if (known) return known
  throw new TypeError(
    `\`precision\` should be "bfloat16" or "float16" for a method that trains, not "${precision}": only the method inference counts weights in other precisions`,
  )
}

/** The same options for another number of ranks. */
export function withRanks(options: CheckedMemoryOptions, ranks: number): CheckedMemoryOptions {
  const { strategy } = options.sharding
  return {
    ...options,
    sharding: { ...options.sharding, strategy: strategy === 'none' ? 'fsdp2' : strategy, ranks },
    layout: checkLayout({}),
  }
}

function shardingOf({ sharding, world }: MemoryOptions): ShardingOptions {
  if (sharding && world !== undefined) {
    throw new TypeError('`world` is short for `sharding`: pass only one of them')
  }
  if (sharding) refuseSharding(sharding)
  return sharding ?? { strategy: world === undefined || world === 1 ? 'none' : 'fsdp2', ranks: world ?? 1 }
}

function recomputationOf({ recompute, gradientCheckpointing }: MemoryOptions): Recomputation {
  if (recompute !== undefined && gradientCheckpointing !== undefined) {
    if ((recompute !== 'none') !== gradientCheckpointing) {
      throw new TypeError('`recompute` and `gradientCheckpointing` say different things: pass only one of them')
    }
  }
  const asked = recompute ?? (gradientCheckpointing === false ? 'none' : 'layers')
  return asked === 'layers' ? { every: 1 } : asked
}

/** Options that a run cannot have together. */
function refuseContradictions(options: MemoryOptions, { trains, weights, quantization }: Method): void {
  const { method = 'full', precision, dtype } = options
  if (precision !== undefined && dtype !== undefined && precision !== dtype) {
    throw new TypeError(
      `\`precision\` is "${precision}" and \`dtype\` is "${dtype}": they are the same option, so pass only one of them`,
    )
  }
  const stored = options.quantization ?? quantization
  if (trains === 'nothing' && stored !== 'none') {
    throw new TypeError(
      `\`quantization\` is "${stored}", that of frozen weights in training; for inference pass \`precision\``,
    )
  }
  if (trains === 'weights' && stored !== 'none') {
    throw new TypeError(
      `\`quantization\` is "${stored}", but the method ${method} trains the weights; use lora or qlora`,
    )
  }
  if (method === 'qlora' && stored === 'none') {
    throw new TypeError('`quantization` is "none" with the method qlora; use the method lora')
  }
  if (weights === 'float32' && options.autocast === false) {
    throw new TypeError('`autocast` is false, but the method full-mixed is float32 weights under autocast')
  }
  if (options.optimizerStep === 'in-backward' && (options.gradientAccumulation ?? 1) > 1) {
    throw new TypeError('`optimizerStep` is "in-backward", which frees each gradient at once: it cannot be accumulated')
  }
  const { optimizer = 'adamw', optimizerStep } = options
  if (optimizerStep !== undefined && optimizerStep !== 'in-backward' && !IN_TORCH.has(optimizer)) {
    throw new TypeError(
      `\`optimizerStep\` is "${optimizerStep}", an implementation in torch; ${optimizer} has only one`,
    )
  }
  if (options.lossLogits !== undefined && (options.loss === 'chunked' || options.loss === 'fused-linear')) {
    throw new TypeError(
      `\`lossLogits\` has no meaning with the loss ${options.loss}, which has no logits of all tokens`,
    )
  }
  if (options.keepOutputs && (options.loss === 'chunked' || options.loss === 'fused-linear')) {
    throw new TypeError(
      `\`keepOutputs\` has no meaning with the loss ${options.loss}, which has no logits of all tokens`,
    )
  }
}

/** The optimizers with several implementations. */
const IN_TORCH: ReadonlySet<Optimizer> = new Set(['adamw', 'sgd', 'muon'])

/**
 * What an estimate leaves out of account among the options that were given, in sentences for its assumptions.
 *
 * @example
 * unusedOptions({ method: 'full', lora: { rank: 8 } }) // ['`lora` has no effect with the method full']
 */
export function unusedOptions(options: MemoryOptions): string[] {
  const { method = 'full' } = options
  const { trains, weights } = methodOf(method)
  const unused = [...UNUSED[trains], ...(weights === 'float32' ? (['precision', 'dtype'] as const) : [])]
  return unused
    .filter((name) => options[name] !== undefined)
    .map((name) => `\`${name}\` has no effect with the method ${method}`)
}

const OF_ADAPTERS = ['lora', 'adapterDtype', 'prepareForKbitTraining'] as const

/** The options that mean nothing for what a method trains. */
const UNUSED: Readonly<Record<Method['trains'], readonly (keyof MemoryOptions)[]>> = {
  weights: OF_ADAPTERS,
  adapters: [],
  nothing: [
    ...OF_ADAPTERS,
    'optimizer',
    'optimizerStep',
    'gradientAccumulation',
    'gradientCheckpointing',
    'recompute',
    'reentrant',
    'loss',
    'lossLogits',
    'autocast',
    'keepOutputs',
    'inputGradients',
    'sharding',
    'world',
  ],
}
