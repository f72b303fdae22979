import type { MoeDimensions } from '../architecture.js'
import { llamaAttention } from '../blocks/attention.js'
import { type DecoderLayerParts, preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import {
  type DecoderDefaults,
  type DecoderSizes,
  decoderDimensions,
  type OtherDimensions,
} from '../blocks/decoder-sizes.js'
import { type Mixture, moeDimensions } from '../blocks/experts.js'
import { llamaMlp } from '../blocks/gated-mlp.js'
import type { AttentionPattern } from '../blocks/layer-types.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import type { Family, FamilyFacts } from '../family.js'
import { type Children, listOfAlike, type Module, range } from '../module.js'
import type { CausalLmNames } from './causal-lm.js'
import { causalLmFamily } from './causal-lm-family.js'

/**
 * A family of decoders whose layers consist of a norm, attention, a norm and a feed-forward network. What is left out is
 * like in Llama.
 */
export interface DecoderFamilyOptions extends CausalLmNames, FamilyFacts {
  readonly modelType: string
  /** The defaults of the configuration class. */
  readonly defaults: DecoderDefaults
  /** Corrects sizes that the family reads differently. */
  readonly sizes?: (sizes: DecoderSizes, config: ConfigReader) => DecoderSizes
  /** Which layers have a window, and which do not rotate. Default: no window, and all layers rotate. */
  readonly attentionPattern?: (config: ConfigReader, layers: number) => AttentionPattern
  /** The norm of a number of features. Default: a root mean square norm with a gain. */
  readonly norm?: (size: number) => Module
  /** The kind of each layer's attention, if they differ; `attention` gets it. Default: all are of one kind. */
  readonly attentionKinds?: (config: ConfigReader, layers: number) => readonly string[]
  /** Default: Llama's, with biases if `attention_bias` is set. */
  readonly attention?: (sizes: DecoderSizes, config: ConfigReader, kind: string) => Module
  /** The gated feed-forward network. Default: Llama's, with biases if `mlp_bias` is set. */
  readonly mlp?: BlockBuilder
  /** Instead of `mlp`: a feed-forward network without a gate. */
  readonly plainMlp?: BlockBuilder
  /** The experts that some or all layers have instead of the feed-forward network. Default: none. */
  readonly mixture?: (sizes: DecoderSizes, config: ConfigReader) => Mixture
  /** How a layer is put together. Default: a norm before each block. */
  readonly layer?: (type: string, parts: DecoderLayerParts, config: ConfigReader) => Module
  /** The family's name for the norm after the last layer. Default: `norm`. */
  readonly lastNorm?: string
  /** Other modules of the base model, such as encoders of images. Default: none. */
  readonly also?: (sizes: DecoderSizes, config: ConfigReader) => Children
  /** Other modules between the input embedding and the layers. Default: none. */
  readonly ahead?: (sizes: DecoderSizes, config: ConfigReader) => Children
  /** The class name of the base model. Default: `name` + `Model`. */
  readonly modelName?: string
  /** Whether the output embedding has a bias. Default: no. */
  readonly headBias?: (config: ConfigReader) => boolean
  /** Changes the output embedding. Default: a linear layer, tied if the config says so. */
  readonly output?: (head: Module, config: ConfigReader) => Module
  /** The heads of other classes by their suffix: `ForRewardModel`. Default: none. */
  readonly otherHeads?: (sizes: DecoderSizes) => Readonly<Record<string, Children>>
  /** Sizes of a `ModelSpec` that the family counts differently. */
  readonly dimensions?: (sizes: DecoderSizes, config: ConfigReader) => Partial<OtherDimensions>
}

/** Builds a block from the sizes of a model and its config. */
export type BlockBuilder = (sizes: DecoderSizes, config: ConfigReader) => Module

/**
 * A family of decoders, described by its differences from Llama.
 *
 * @example
 * ```ts
 * // Llama with biases for queries, keys and values.
 * decoderFamily({
 *   modelType: 'qwen2',
 *   name: 'Qwen2',
 *   defaults: { vocab_size: 151_936, … },
 *   attention: (sizes) => attention({ ...sizes, qkvBias: true }),
 *   mlp: gatedMlp,
 * })
 * ```
 */
export function decoderFamily(options: DecoderFamilyOptions): Family {
  const {
    sizes: corrected = (read) => read,
    attentionPattern = noPattern,
    norm: normOf = rmsNorm,
    attentionKinds = () => [],
    attention = (sizes, config) => llamaAttention(sizes, config),
    plainMlp,
    mlp = plainMlp ?? llamaMlp,
    mixture: mixtureOf,
    layer = preNormLayer,
    lastNorm,
    also = () => ({}),
    ahead = () => ({}),
    modelName = `${options.name}Model`,
    headBias = () => false,
    output = (head) => head,
    otherHeads = () => ({}),
    dimensions = () => ({}),
    ...family
  } = options
  const { inputEmbedding } = family
  return causalLmFamily({
    ...family,
    build(read, config) {
      const sizes = corrected(read, config)
      const norm = normOf(sizes.hiddenSize)
      const kinds = attentionKinds(config, sizes.layers)
      const kindOf = (index: number) => kinds[index] ?? ''
      const mixture = mixtureOf?.(sizes, config)
      const isSparse = mixture ? (mixture.isSparse ?? (() => true)) : () => false
      const layerAt = (index: number): Module => {
        const parts = {
          norm,
          attention: attention(sizes, config, kindOf(index)),
          mlp: isSparse(index) ? mixture?.block : mlp(sizes, config),
        }
        return layer(`${family.name}DecoderLayer`, parts, config)
      }
      const layers = listOfAlike(sizes.layers, (index) => `${kindOf(index)} ${isSparse(index)}`, layerAt)
      return {
        model: decoderModel(
          modelName,
          { ...sizes, layers, norm, lastNorm, inputEmbedding, ahead: ahead(sizes, config) },
          also(sizes, config),
        ),
        dimensions: decoderDimensions(sizes, {
          gatedMlp: plainMlp === undefined,
          ...attentionPattern(config, sizes.layers),
          moe: mixture && moeOf(mixture, range(sizes.layers).filter(isSparse).length),
          ...dimensions(sizes, config),
        }),
        headBias: headBias(config),
        output: (head) => output(head, config),
        otherHeads: otherHeads(sizes),
      }
    },
  })
}

function noPattern(): AttentionPattern {
  return {}
}

function moeOf({ routing, ffnSize, shared = 0 }: Mixture, layers: number): MoeDimensions | undefined {
  return moeDimensions(routing, { layers, ffnSize, shared })
}
