import type { Family } from '../family.js'
import * as all from './all.js'

/** Every family that is described, in alphabetical order. */
export const FAMILIES: readonly Family[] = Object.entries(all)
  .sort(([name], [other]) => (name.toLowerCase() < other.toLowerCase() ? -1 : 1))
  .map(([, family]) => family)

/** The family of a `model_type`; `undefined` for one that is not described. */
export function familyOf(modelType: string): Family | undefined {
  return BY_MODEL_TYPE.get(modelType)
}

/**
 * The family of a class of its own code that a config names in `auto_map`, whatever its `model_type` is.
 *
 * @param code - where the class is: `jinaai/jina-bert-implementation--modeling_bert.JinaBertModel`
 */
export function familyOfCode(code: string): Family | undefined {
  return FAMILIES.find(({ ownCode }) => ownCode?.test(code))
}

/** Every `model_type` that is described. */
export function modelTypes(): string[] {
  return [...BY_MODEL_TYPE.keys()]
}

/** The family of the language model inside a multimodal model, where its config gives it no name of its own. */
export function languageModelOf(whole: string): string | undefined {
  return LANGUAGE_MODELS.get(whole)
}

const BY_MODEL_TYPE: ReadonlyMap<string, Family> = new Map(
  FAMILIES.flatMap((family) => family.modelTypes.map((modelType) => [modelType, family])),
)

const LANGUAGE_MODELS: ReadonlyMap<string, string> = new Map(
  FAMILIES.flatMap(({ modelTypes: [modelType = ''], languageModelOf = [] }) =>
    languageModelOf.map((whole) => [whole, modelType]),
  ),
)
