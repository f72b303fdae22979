import type { Dimensions } from '../architecture.js'
import { embedding } from '../blocks/embedding.js'
import { innerSize, mambaMixer, timeStepRank } from '../blocks/mamba.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import type { Family, FamilyFacts, ModelDescription } from '../family.js'
import type { ForwardPass, MambaPass, Mixer } from '../forward/index.js'
import { container, type Module, repeated } from '../module.js'
import { headedModel, outputEmbedding } from './headed-model.js'

/** The sizes of models whose layers are only a state space. */
export interface StateSpaceSizes {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly layers: number
  readonly innerSize: number
  readonly stateSize: number
  readonly convKernel: number
  readonly tiedEmbeddings: boolean
}

/** A family of models whose layers are only a state space: its sizes and its mixer. */
export interface StateSpaceFamilyOptions extends FamilyFacts {
  readonly modelType: string
  /** The prefix of its class names: `Mamba` for `MambaForCausalLM`. */
  readonly name: string
  readonly sizes: (config: ConfigReader) => StateSpaceSizes
  readonly mixer: (sizes: StateSpaceSizes, config: ConfigReader) => Module
}

/** A family of models whose layers are a norm and a mixer, without attention or a feed-forward network. */
export function stateSpaceFamily(options: StateSpaceFamilyOptions): Family {
  const { modelType, name, sizes: sizesOf, mixer, ...facts } = options
  return {
    ...facts,
    modelTypes: [modelType],
    classPrefix: name,
    describe(config, className) {
      const sizes = sizesOf(config)
      return stateSpaceModel(name, sizes, mixer(sizes, config), className)
    },
  }
}

/** A Mamba (version 1) family: its names, and the norms that its mixer adds. */
export interface MambaFamilyOptions extends Pick<StateSpaceFamilyOptions, 'modelType' | 'name'>, FamilyFacts {
  readonly norms: MambaPass['norms']
}

/** The forward pass of Mamba and Mamba-2: layers of a norm and a mixer on a float32 residual stream, and float32 logits. */
export function stateSpaceForward(config: ConfigReader, mixer: Mixer): ForwardPass {
  return {
    mixers: { mixer },
    norm: 'rmsNorm',
    feedForward: { activation: config.string('hidden_act', 'silu') },
    residual: { order: 'single', float32: config.boolean('residual_in_fp32', true) },
    logits: { form: 'float32', prefill: 'allTokens' },
  }
}

/** A Mamba (version 1) family: Mamba itself, and Falcon Mamba, which differs in norms without weights. */
export function mambaFamily({ norms, ...options }: MambaFamilyOptions): Family {
  return stateSpaceFamily({
    ...options,
    forward: (config, { mamba, layers, hiddenSize }) => ({
      ...stateSpaceForward(config, { kind: 'tokenScan', norms, states: 'inPlace' }),
      undescribed: config.boolean(['use_mambapy', 'use_falcon_mambapy'], false)
        ? '`use_mambapy` trains with the package mambapy; set it to false to estimate without it'
        : undefined,
      // The class makes these of float32 numbers, and not of the dtype of the model.
      float32Parameters: ['A_log'],
      // Gains of 1 for the norms: one for the matrices, one for the channels.
      bufferElements: norms === 'unit' ? layers * ((mamba?.stateSize ?? 0) + channels(config, hiddenSize)) : 0,
    }),
    sizes(config) {
      const hiddenSize = config.positive('hidden_size', 768)
      return {
        vocabSize: config.positive('vocab_size', 50_280),
        hiddenSize,
        layers: config.integer('num_hidden_layers', 32),
        innerSize: channels(config, hiddenSize),
        stateSize: config.integer('state_size', 16),
        convKernel: config.positive('conv_kernel', 4),
        tiedEmbeddings: config.boolean('tie_word_embeddings', true),
      }
    },
    mixer: (sizes, config) =>
      mambaMixer({
        ...sizes,
        timeStepRank: timeStepRank(config, 'time_step_rank', sizes.hiddenSize),
        bias: config.boolean('use_bias', false),
        convBias: config.boolean('use_conv_bias', true),
        type: `${options.name}Mixer`,
      }),
  })
}

/** Channels of Mamba's mixer: a stated size takes precedence over the factor. */
function channels(config: ConfigReader, hiddenSize: number): number {
  return config.derived('intermediate_size', innerSize(config, 'expand', hiddenSize))
}

function stateSpaceModel(
  name: string,
  sizes: StateSpaceSizes,
  mixer: Module,
  className: string | undefined,
): ModelDescription {
  const { vocabSize, hiddenSize, layers, stateSize, convKernel, tiedEmbeddings } = sizes
  const model = container(`${name}Model`, {
    embeddings: embedding(vocabSize, hiddenSize),
    layers: repeated(layers, container(`${name}Block`, { norm: rmsNorm(hiddenSize), mixer })),
    norm_f: rmsNorm(hiddenSize),
  })
  const dimensions: Dimensions = {
    layers,
    hiddenSize,
    heads: 0,
    kvHeads: 0,
    ffnHiddenSize: 0,
    vocabSize,
    gatedMlp: false,
    tiedEmbeddings,
    mamba: { mambaLayers: layers, attentionLayers: 0, mlpLayers: 0, stateSize, convKernel },
  }
  const heads = { ForCausalLM: { lm_head: outputEmbedding(dimensions, 'backbone.embeddings') } }
  return headedModel({ className, name, prefix: 'backbone', model, heads, dimensions })
}
