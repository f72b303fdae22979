import { type DecoderDefaults, type DecoderSizes, decoderSizes } from '../blocks/decoder-sizes.js'
import { renamedSizes } from '../blocks/renamed-sizes.js'
import type { ConfigReader } from '../config-reader.js'
import type { Family, FamilyFacts } from '../family.js'
import { type HeadedModelOptions, headedModel } from './headed-model.js'

/** A family of encoders, or of GPT-like decoders, whose classes each have their own head on the model. */
export interface HeadedFamilyOptions extends FamilyFacts {
  readonly modelType: string
  /** The prefix of its class names: `GPT2` for `GPT2LMHeadModel`. */
  readonly name: string
  /** The name of the base model inside the classes. */
  readonly prefix: string
  /** The defaults of the configuration class. */
  readonly defaults: DecoderDefaults
  /** Builds the base model and the heads. */
  readonly build: (sizes: DecoderSizes, config: ConfigReader) => HeadedParts
}

/** A base model and the heads of its classes. */
export type HeadedParts = Pick<HeadedModelOptions, 'model' | 'modelOf' | 'isHeadFirst' | 'heads' | 'dimensions'>

/** A family described by its base model and the heads of its classes. */
export function headedFamily({ modelType, name, prefix, defaults, build, ...facts }: HeadedFamilyOptions): Family {
  const { fieldNames } = facts
  return {
    ...facts,
    modelTypes: [modelType],
    classPrefix: name,
    describe(config, className) {
      const sizes = fieldNames ? renamedSizes(config, fieldNames, defaults) : decoderSizes(config, defaults)
      return headedModel({ className, name, prefix, ...build(sizes, config) })
    },
  }
}
