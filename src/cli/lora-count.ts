import { InvalidArgumentError } from 'commander'
import type { Checkpoint } from '../checkpoint/read/index.js'
import { countLoraParameters, type LoraCount, type LoraOptions } from '../estimate/index.js'
import { hasDefaultTargets } from '../estimate/lora/default-targets.js'
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
export function loraPlan({ architecture, spec, partialSpec }: Checkpoint, options: LoraOptions): LoraPlan {
  const model = architecture ?? spec ?? (partialSpec && { family: '', ...partialSpec })
  if (!model) throw new UsageError('--lora needs the config.json or the weight files of a model: this is an adapter')
  const { rank, targetModules } = options
  if (targetModules === undefined && !architecture && !hasDefaultTargets(model.family))
    throw new UsageError('PEFT has no default targets for this family: add --target, such as --target all-linear')
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
