import type { Architecture } from '../architecture/index.js'
import { boolean, checkOptions, choice, integer, nested, type OptionTable, required } from '../options/index.js'
import { checkArchitecture } from './check-model.js'
import { FINETUNING, FINETUNING_TYPES } from './finetuning.js'
import { LORA_OPTIONS } from './lora/options.js'
import type { TrainableCount, TrainableOptions } from './trainable-count.js'

/** The checks for the options of `countTrainableParameters`. */
export const TRAINABLE_OPTIONS: OptionTable<TrainableOptions> = {
  finetuningType: required(choice(FINETUNING_TYPES)),
  lora: nested(LORA_OPTIONS),
  numVirtualTokens: integer(1, 1_000_000_000),
  encoderHiddenSize: integer(1, 1_000_000_000),
  prefixProjection: boolean,
  layers: integer(1, 1_000_000),
}

/**
 * Counts the parameters that a type of fine-tuning trains, as PEFT 0.21 and TRL 1.16 do.
 *
 * @param model - an architecture
 * @throws TypeError for an unknown or wrong option, an option that the type does not use, or one that it needs
 * @throws RangeError for adapters that match no module, or more layers than the model has
 * @example
 * ```ts
 * countTrainableParameters(architectureFromConfig(config), { finetuningType: 'p_tuning', numVirtualTokens: 20 })
 * // { trainableParameters: 50413568, heldModels: [], trains: 'the encoder of 20 virtual tokens' }
 * ```
 */
export function countTrainableParameters(model: Architecture, options: TrainableOptions): TrainableCount {
  checkArchitecture(model)
  checkOptions(options, TRAINABLE_OPTIONS)
  const { finetuningType } = options
  const { uses, count } = FINETUNING[finetuningType]
  for (const name of ['lora', 'numVirtualTokens', 'encoderHiddenSize', 'prefixProjection', 'layers'] as const) {
    if (options[name] !== undefined && !uses.includes(name)) {
      throw new TypeError(`\`${name}\` has no meaning with the fine-tuning type ${finetuningType}`)
    }
  }
  return { heldModels: [], ...count(model, options) }
}
