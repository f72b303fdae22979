import type { LoraOptions } from './lora/options.js'
import type { AttentionKernel } from './replay/attention/attention.js'

/** How a model is used: what is trained and in which types, or served. */
export type MemoryMethod = 'full' | 'full-mixed' | 'lora' | 'qlora' | 'inference'

/** The optimizers whose states are known. */
export type Optimizer = 'adamw' | 'adamw-8bit' | 'sgd' | 'adafactor'

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
  readonly precision?: 'bfloat16' | 'float16'
  /** What transformers calls `precision`. */
  readonly dtype?: 'bfloat16' | 'float16'
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

/** The options with every default filled in. */
export type CheckedMemoryOptions = Required<Omit<MemoryOptions, 'dtype'>>

/**
 * Fills the defaults in, and refuses what cannot be.
 *
 * @throws TypeError for an unknown choice, RangeError for a count that is none
 */
export function checkMemoryOptions(options: MemoryOptions): CheckedMemoryOptions {
  const checked: CheckedMemoryOptions = {
    method: options.method ?? 'full',
    batchSize: options.batchSize ?? 1,
    sequenceLength: options.sequenceLength ?? 4096,
    gradientCheckpointing: options.gradientCheckpointing ?? true,
    lora: options.lora ?? { rank: 32, targetModules: 'all-linear' },
    optimizer: options.optimizer ?? 'adamw',
    precision: options.precision ?? options.dtype ?? 'bfloat16',
    attention: options.attention ?? 'flash',
    gradientAccumulation: options.gradientAccumulation ?? 1,
    keepOutputs: options.keepOutputs ?? false,
    inputGradients: options.inputGradients ?? false,
    world: options.world ?? 1,
  }
  for (const [name, choices] of Object.entries(CHOICES)) oneOf(name, checked[name as keyof typeof CHOICES], choices)
  for (const name of ['batchSize', 'sequenceLength', 'gradientAccumulation', 'world'] as const)
    count(name, checked[name])
  return checked
}

/** A sentence for each option that is not known: it is ignored, and not in silence. */
export function unknownOptions(options: MemoryOptions): string[] {
  return Object.keys(options)
    .filter((name) => !KNOWN.has(name))
    .map((name) => {
      const near = [...KNOWN].find((known) => folded(known) === folded(name))
      return `the option ${JSON.stringify(name)} is not known and changes nothing${near ? `; "${near}" is` : ''}`
    })
}

function folded(name: string): string {
  return name.replaceAll('_', '').toLowerCase()
}

const CHOICES = {
  method: ['full', 'full-mixed', 'lora', 'qlora', 'inference'],
  optimizer: ['adamw', 'adamw-8bit', 'sgd', 'adafactor'],
  precision: ['bfloat16', 'float16'],
  attention: ['flash', 'efficient', 'eager'],
} as const

/** Beyond this no GPU and no number is of use: a thousand million sequences, or tokens. */
const MAX_COUNT = 1_000_000_000

const KNOWN: ReadonlySet<string> = new Set([...Object.keys(checkMemoryOptions({})), 'dtype'])

function oneOf(name: string, given: string, choices: readonly string[]): void {
  if (choices.includes(given)) return
  throw new TypeError(`${name} is ${JSON.stringify(given)}, and should be one of ${choices.join(', ')}`)
}

function count(name: string, given: number): void {
  if (Number.isInteger(given) && given >= 1 && given <= MAX_COUNT) return
  throw new RangeError(`${name} is ${given}, and should be an integer from 1 to ${MAX_COUNT}`)
}
