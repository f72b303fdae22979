import { InvalidArgumentError } from 'commander'
import type { Checkpoint } from '../checkpoint/read/index.js'
import { countLoraParameters, type LoraCount, type LoraOptions } from '../estimate/index.js'
import { UsageError } from './exit-code.js'

/** What a LoRA of some rank would train, as `inspect --lora` tells it. */
export interface LoraPlan extends LoraCount {
  readonly rank: number
  /** The targets as asked for; absent where they are the family's default. */
  readonly targetModules?: LoraOptions['targetModules']
}

/**
 * Counts what a LoRA on a checkpoint would train.
 *
 * @throws UsageError for a checkpoint whose layers are not known, and for what PEFT would refuse
 */
export function loraPlan({ architecture, spec }: Checkpoint, options: LoraOptions): LoraPlan {
  const model = architecture ?? spec
  if (!model) throw new UsageError('--lora takes a model with a config.json of a known family, or a GGUF file')
  const { rank, targetModules } = options
  try {
    return { rank, ...(targetModules !== undefined && { targetModules }), ...countLoraParameters(model, options) }
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new UsageError(error.message)
    throw error
  }
}

/** A rank, as an option takes it. */
export function parseRank(text: string): number {
  const rank = Number(text)
  if (/^\d{1,9}$/.test(text) && rank >= 1) return rank
  throw new InvalidArgumentError('A rank is an integer of at least 1, such as 16.')
}

/** `all-linear`, names told apart by commas, or a regular expression: what has any other sign than a name has. */
export function parseTargets(text: string): 'all-linear' | readonly string[] | string {
  if (text === 'all-linear' || !/^[\w.-]+(?:, *[\w.-]+)*$/.test(text)) return text
  return text.split(/, */)
}
