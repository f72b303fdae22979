import { type DecoderDefaults, type DecoderSizes, decoderSizes } from '../blocks/decoder-sizes.js'
import { renamedSizes } from '../blocks/renamed-sizes.js'
import type { ConfigReader } from '../config-reader.js'
import type { Family, FamilyFacts } from '../family.js'
import { type HeadedModelOptions, headedModel } from './headed-model.js'

/** A family of encoders, or of the decoders of GPT's time, whose classes each put a head of their own on the model. */
export interface HeadedFamilyOptions extends FamilyFacts {
  readonly modelType: string
  /** What the names of its classes begin with: `GPT2` for `GPT2LMHeadModel`. */
  readonly name: string
  /** Under which name the classes keep the base model. */
  readonly prefix: string
  /** What the configuration class takes for the fields that a config leaves out. */
  readonly defaults: DecoderDefaults
  /** Builds the base model and the heads. */
  readonly build: (sizes: DecoderSizes, config: ConfigReader) => HeadedParts
}

/** A base model and the heads that the classes put on it. */
export type HeadedParts = Pick<HeadedModelOptions, 'model' | 'modelOf' | 'heads' | 'dimensions'>

/** A family by the model that it builds and the heads that its classes have. */
export function headedFamily({ modelType, name, prefix, defaults, build, ...facts }: HeadedFamilyOptions): Family {
  const { fieldNames } = facts
  return {
    ...facts,
    modelTypes: [modelType],
    describe(config, className) {
      const sizes = fieldNames ? renamedSizes(config, fieldNames, defaults) : decoderSizes(config, defaults)
      return headedModel({ className, name, prefix, ...build(sizes, config) })
    },
  }
}
