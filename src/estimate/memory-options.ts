import { boolean, checkOptions, choice, integer, nested, type OptionTable } from '../options/index.js'
import { ATTENTION_KERNELS, type AttentionKernel } from './kernels.js'
import { LORA_OPTIONS, type LoraOptions } from './lora/options.js'
import { MEMORY_METHODS, type MemoryMethod, type Method, methodOf } from './methods.js'
import { OPTIMIZERS, type Optimizer } from './optimizers.js'
import { WEIGHT_PRECISIONS, type WeightPrecision } from './serving/weights/weight-storage.js'

/** The supported types of weights. */
export type TrainingPrecision = (typeof PRECISIONS)[number]

const PRECISIONS = ['bfloat16', 'float16'] as const

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
  /** Whether to use gradient checkpointing on each decoder layer, which recomputes its activations in backward. Default: yes. */
  readonly gradientCheckpointing?: boolean
  /** The adapters of `lora` and `qlora`. Default: rank 32 on all linear layers. */
  readonly lora?: LoraOptions
  /** Default: `adamw`. */
  readonly optimizer?: Optimizer
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
  /** Ranks of FSDP2 (ZeRO-3) to shard training over. `batchSize` is per rank. Default: 1. */
  readonly world?: number
}

/** The most sequences or tokens: a thousand million, more than any GPU can use. */
const MAX_COUNT = 1_000_000_000

/** The checks for the options of an estimate. */
export const MEMORY_OPTIONS: OptionTable<MemoryOptions> = {
  method: choice(MEMORY_METHODS),
  batchSize: integer(1, MAX_COUNT),
  sequenceLength: integer(1, MAX_COUNT),
  gradientCheckpointing: boolean,
  lora: nested(LORA_OPTIONS),
  optimizer: choice(OPTIMIZERS),
  precision: choice(WEIGHT_PRECISIONS),
  dtype: choice(WEIGHT_PRECISIONS),
  attention: choice(ATTENTION_KERNELS),
  gradientAccumulation: integer(1, MAX_COUNT),
  keepOutputs: boolean,
  inputGradients: boolean,
  world: integer(1, MAX_COUNT),
}

/** The options with every default filled in. */
export interface CheckedMemoryOptions extends Required<Omit<MemoryOptions, 'dtype' | 'precision'>> {
  /** The type of weights that are trained, or that adapters are trained on. */
  readonly precision: TrainingPrecision
  /** The precision of weights that nothing trains; `undefined`: as the checkpoint stores them. */
  readonly served: WeightPrecision | undefined
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError for an unknown option or choice, and for `precision` and `dtype` that differ
 * @throws RangeError for a count that is not an integer, or out of range
 */
export function checkMemoryOptions(options: MemoryOptions): CheckedMemoryOptions {
  checkOptions(options, MEMORY_OPTIONS)
  const { precision, dtype } = options
  if (precision !== undefined && dtype !== undefined && precision !== dtype) {
    throw new TypeError(
      `\`precision\` is "${precision}" and \`dtype\` is "${dtype}": they are the same option, so pass only one of them`,
    )
  }
  const method = options.method ?? 'full'
  const served = precision ?? dtype
  return {
    method,
    batchSize: options.batchSize ?? 1,
    sequenceLength: options.sequenceLength ?? 4096,
    gradientCheckpointing: options.gradientCheckpointing ?? true,
    lora: options.lora ?? { rank: 32, targetModules: 'all-linear' },
    optimizer: options.optimizer ?? 'adamw',
    precision: methodOf(method).trains === 'nothing' ? 'bfloat16' : trainingPrecision(served),
    served,
    attention: options.attention ?? 'flash',
    gradientAccumulation: options.gradientAccumulation ?? 1,
    keepOutputs: options.keepOutputs ?? false,
    inputGradients: options.inputGradients ?? false,
    world: options.world ?? 1,
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

/** The options that mean nothing for what a method trains. */
const UNUSED: Readonly<Record<Method['trains'], readonly (keyof MemoryOptions)[]>> = {
  weights: ['lora'],
  adapters: [],
  nothing: ['lora', 'optimizer', 'gradientAccumulation', 'keepOutputs', 'inputGradients'],
}
