import { InvalidArgumentError } from 'commander'
import type { Checkpoint } from '../checkpoint/read/index.js'
import { countLoraParameters, type LoraCount, type LoraOptions } from '../estimate/index.js'
import { UsageError } from './exit-code.js'

/** What a LoRA of a given rank would train, as `inspect --lora` prints it. */
export interface LoraPlan extends LoraCount {
  readonly rank: number
  /** The targets that the user asked for; absent if they are the family's default. */
  readonly targetModules?: LoraOptions['targetModules']
}

/**
 * Counts the parameters that a LoRA on a checkpoint would train.
 *
 * @throws UsageError for a checkpoint whose layers are unknown, and for options that PEFT would refuse
 */
export function loraPlan({ architecture, spec }: Checkpoint, options: LoraOptions): LoraPlan {
  const model = architecture ?? spec
  if (!model) throw new UsageError('--lora needs a model with a config.json of a known family, or a GGUF file')
  const { rank, targetModules } = options
  try {
    return { rank, ...(targetModules !== undefined && { targetModules }), ...countLoraParameters(model, options) }
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new UsageError(error.message)
    throw error
  }
}

/** Parses the rank option. */
export function parseRank(text: string): number {
  const rank = Number(text)
  if (/^\d{1,9}$/.test(text) && rank >= 1) return rank
  throw new InvalidArgumentError('Expected an integer of at least 1, such as 16.')
}

/**
 * Parses target modules: `all-linear`, names separated by commas, or a regular expression. A text with a character that
 * no module name has is a regular expression.
 */
export function parseTargets(text: string): 'all-linear' | readonly string[] | string {
  if (text === 'all-linear' || !/^[\w.-]+(?:, *[\w.-]+)*$/.test(text)) return text
  return text.split(/, */)
}
