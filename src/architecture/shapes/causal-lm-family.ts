import type { Dimensions } from '../architecture.js'
import { type DecoderDefaults, type DecoderSizes, decoderSizes } from '../blocks/decoder-sizes.js'
import type { ConfigReader } from '../config-reader.js'
import type { Family, FamilyFacts } from '../family.js'
import type { Children, Module } from '../module.js'
import { type CausalLmNames, causalLm } from './causal-lm.js'

/** A family of decoder-only language models with its own base model. */
export interface CausalLmFamilyOptions extends CausalLmNames, FamilyFacts {
  readonly modelType: string
  /** The defaults of the configuration class. */
  readonly defaults: DecoderDefaults
  /** Builds the base model. `className` is the class that the config asks for. */
  readonly build: (sizes: DecoderSizes, config: ConfigReader, className: string | undefined) => BuiltModel
}

/** A base model, with other facts about it. */
export interface BuiltModel {
  readonly model: Module
  readonly dimensions: Dimensions
  /** Whether the output embedding has a bias. Default: no. */
  readonly headBias?: boolean
  /** Changes the output embedding. Default: a linear layer, tied if the config says so. */
  readonly output?: (head: Module) => Module
  /** The heads of other classes by their suffix: `ForRewardModel`. Default: none. */
  readonly otherHeads?: Readonly<Record<string, Children>>
}

/**
 * A family of decoder-only language models whose layers differ from Llama's in more than `decoderFamily` supports. It
 * builds its own base model; the classes around it are the usual ones.
 */
export function causalLmFamily(options: CausalLmFamilyOptions): Family {
  const { modelType, defaults, build, name, prefix, questionAnsweringPrefix, ...others } = options
  const { inputEmbedding, outputEmbedding, otherNames, ...facts } = others
  const names = { name, prefix, questionAnsweringPrefix, inputEmbedding, outputEmbedding, otherNames }
  return {
    ...facts,
    modelTypes: [modelType],
    classPrefix: name,
    describe(config, className) {
      const built = build(decoderSizes(config, defaults), config, className)
      return causalLm({ ...names, ...built, config, className })
    },
  }
}
