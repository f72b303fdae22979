import type { Architecture, Dimensions } from '../architecture.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated } from '../module.js'
import { embedding } from './embedding.js'
import { headedModel, outputEmbedding } from './headed-model.js'
import { mambaMixer } from './mamba.js'
import { rmsNorm } from './norm.js'

/** The sizes that models have whose layers are nothing but a state space. */
export interface StateSpaceSizes {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly layers: number
  readonly innerSize: number
  readonly stateSize: number
  readonly convKernel: number
  readonly tiedEmbeddings: boolean
}

/** A model whose layers are a norm and a mixer each: no attention, no MLP. */
export function stateSpaceModel(options: {
  readonly className: string | undefined
  readonly family: string
  readonly name: string
  readonly sizes: StateSpaceSizes
  readonly mixer: Module
}): Architecture {
  const { family, name, sizes, mixer, className } = options
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
  return headedModel({ className, family, name, prefix: 'backbone', model, heads, dimensions })
}

/** Mamba and Falcon Mamba: the same but for norms without weights. */
export function mambaModel(config: ConfigReader, className: string | undefined, family: string, name: string) {
  const hiddenSize = config.positive('hidden_size', 768)
  const sizes: StateSpaceSizes = {
    vocabSize: config.positive('vocab_size', 50_280),
    hiddenSize,
    layers: config.integer('num_hidden_layers', 32),
    // A stated size counts before the factor.
    innerSize: config.integer('intermediate_size', innerSize(config, 'expand', hiddenSize)),
    stateSize: config.integer('state_size', 16),
    convKernel: config.positive('conv_kernel', 4),
    tiedEmbeddings: config.boolean('tie_word_embeddings', true),
  }
  const mixer = mambaMixer({
    ...sizes,
    timeStepRank: timeStepRank(config, 'time_step_rank', hiddenSize),
    bias: config.boolean('use_bias', false),
    convBias: config.boolean('use_conv_bias', true),
    type: `${name}Mixer`,
  })
  return stateSpaceModel({ className, family, name, sizes, mixer })
}

/** Channels inside a state space: the hidden size times a factor, which need not be whole. */
export function innerSize(config: ConfigReader, name: string, hiddenSize: number): number {
  const factor = config.number(name, 2)
  if (factor < 0) throw config.invalid(name, 'a number of 0 or more')
  return Math.trunc(factor * hiddenSize)
}

/** The rank of the time step: a sixteenth of the hidden size where the config says `auto` or nothing. */
export function timeStepRank(config: ConfigReader, name: string, hiddenSize: number): number {
  return config.raw(name) === 'auto' ? Math.ceil(hiddenSize / 16) : config.integer(name, Math.ceil(hiddenSize / 16))
}
