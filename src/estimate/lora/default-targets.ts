import { familyOf } from '../../architecture/families/index.js'
import type { LoraOptions } from './options.js'

/**
 * The modules that PEFT adapts if `target_modules` is absent.
 *
 * @throws RangeError if PEFT has no default and the user has to choose
 */
export function defaultTargets(modelType: string): readonly string[] | string {
  const targets = knownTargets(modelType)
  if (targets !== undefined) return targets
  throw new RangeError(
    `PEFT has no default targets for ${JSON.stringify(modelType)}: set targetModules, for example 'all-linear'`,
  )
}

/** Whether PEFT has default targets for a family. */
export function hasDefaultTargets(modelType: string): boolean {
  return knownTargets(modelType) !== undefined
}

/** The targets that the options name, or PEFT's defaults for the family; none are needed beside `targetParameters`. */
export function askedTargets(
  modelType: string,
  { targetModules, targetParameters = [] }: LoraOptions,
): string | readonly string[] {
  if (targetModules !== undefined) return targetModules
  return targetParameters.length > 0 ? (knownTargets(modelType) ?? []) : defaultTargets(modelType)
}

function knownTargets(modelType: string): readonly string[] | string | undefined {
  return familyOf(modelType)?.loraTargets ?? OTHER_TARGETS.get(modelType)
}

/**
 * The entries of PEFT 0.21.2's `TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING` for model types without a family here. The
 * entries of families are in the files of the families.
 */
const OTHER_TARGETS: ReadonlyMap<string, readonly string[] | string> = new Map<string, readonly string[] | string>([
  ['btlm', ['c_proj', 'c_attn']],
  ['RefinedWeb', ['query_key_value']],
  ['RefinedWebModel', ['query_key_value']],
])
