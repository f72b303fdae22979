import { boolean, checkOptions, choice, integer, nested, type OptionTable } from '../options/index.js'
import { ATTENTION_KERNELS, type AttentionKernel } from './kernels.js'
import { LORA_OPTIONS, type LoraOptions } from './lora/options.js'
import { MEMORY_METHODS, type MemoryMethod } from './methods.js'
import { OPTIMIZERS, type Optimizer } from './optimizers.js'

/** The types of weights that an estimate can be for. */
export type TrainingPrecision = (typeof PRECISIONS)[number]

const PRECISIONS = ['bfloat16', 'float16'] as const

/** What an estimate is for. */
export interface MemoryOptions {
  /**
   * `full`: weights, gradients and states in bfloat16. `full-mixed`: all three in float32, autocast to bfloat16 around the
   * forward pass. `lora`: frozen weights in bfloat16, adapters in float32, as PEFT makes them. `qlora`: the same on weights of
   * four bits. `inference`: one prefill, the cache kept. Default: `full`.
   */
  readonly method?: MemoryMethod
  /** Sequences in one micro-batch of one GPU. Default: 1. */
  readonly batchSize?: number
  /** Tokens of each sequence. Default: 4,096. */
  readonly sequenceLength?: number
  /** Whether each decoder layer runs again in backward in place of keeping its tensors. Default: yes. */
  readonly gradientCheckpointing?: boolean
  /** The adapters of `lora` and `qlora`. Default: rank 32 on all linear layers. */
  readonly lora?: LoraOptions
  /** Default: `adamw`. */
  readonly optimizer?: Optimizer
  /** The type of the weights where the method does not fix it. Default: `bfloat16`. */
  readonly precision?: TrainingPrecision
  /** What transformers calls `precision`. */
  readonly dtype?: TrainingPrecision
  /** The attention kernel. Default: as torch picks on a recent GPU, flash, and the efficient one where there is a mask. */
  readonly attention?: AttentionKernel
  /** Micro-batches whose gradients are added up before a step. Default: 1. */
  readonly gradientAccumulation?: number
  /** Whether the logits are still referenced while backward runs, as in a loop that keeps the model's output. Default: no. */
  readonly keepOutputs?: boolean
  /** Whether gradients flow to the input embeddings, as PEFT's `enable_input_require_grads` makes them. Default: no. */
  readonly inputGradients?: boolean
  /** Ranks of FSDP2 (ZeRO-3) that training is sharded over; `batchSize` is that of one. Default: 1. */
  readonly world?: number
}

/** Beyond this no GPU and no number is of use: a thousand million sequences, or tokens. */
const MAX_COUNT = 1_000_000_000

/** What the options of an estimate may be. */
export const MEMORY_OPTIONS: OptionTable<MemoryOptions> = {
  method: choice(MEMORY_METHODS),
  batchSize: integer(1, MAX_COUNT),
  sequenceLength: integer(1, MAX_COUNT),
  gradientCheckpointing: boolean,
  lora: nested(LORA_OPTIONS),
  optimizer: choice(OPTIMIZERS),
  precision: choice(PRECISIONS),
  dtype: choice(PRECISIONS),
  attention: choice(ATTENTION_KERNELS),
  gradientAccumulation: integer(1, MAX_COUNT),
  keepOutputs: boolean,
  inputGradients: boolean,
  world: integer(1, MAX_COUNT),
}

/** The options with every default filled in. */
export type CheckedMemoryOptions = Required<Omit<MemoryOptions, 'dtype'>>

/**
 * Fills the defaults in, and refuses what cannot be.
 *
 * @throws TypeError for an unknown option or choice, and for `precision` and `dtype` that differ
 * @throws RangeError for a count that is none
 */
export function checkMemoryOptions(options: MemoryOptions): CheckedMemoryOptions {
  checkOptions(options, MEMORY_OPTIONS)
  const { precision, dtype } = options
  if (precision !== undefined && dtype !== undefined && precision !== dtype) {
    throw new TypeError(
      `\`precision\` is "${precision}" and \`dtype\` is "${dtype}": they are one option, give one of them`,
    )
  }
  return {
    method: options.method ?? 'full',
    batchSize: options.batchSize ?? 1,
    sequenceLength: options.sequenceLength ?? 4096,
    gradientCheckpointing: options.gradientCheckpointing ?? true,
    lora: options.lora ?? { rank: 32, targetModules: 'all-linear' },
    optimizer: options.optimizer ?? 'adamw',
    precision: precision ?? dtype ?? 'bfloat16',
    attention: options.attention ?? 'flash',
    gradientAccumulation: options.gradientAccumulation ?? 1,
    keepOutputs: options.keepOutputs ?? false,
    inputGradients: options.inputGradients ?? false,
    world: options.world ?? 1,
  }
}
