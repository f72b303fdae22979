import type { ConfigReader } from '../config-reader.js'
import type { Module, Shape } from '../module.js'
import { convolution } from './convolution.js'
import { linear } from './linear.js'
import { layerNorm } from './norm.js'
import { type Table, tree } from './tree.js'
import type { VisionSizes } from './vision.js'

/** The class defaults of ViT's base size (Dosovitskiy et al. 2020, arXiv:2010.11929), which those of other encoders were copied from. */
export const VIT_DEFAULTS = {
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  patch_size: 16,
}

/** ViT's attention by the names of its modules, with biases of the projections if `qkv_bias` is set. */
export function vitAttention(config: ConfigReader, hiddenSize: number, also: Table = {}): Table {
  const projection = linear(hiddenSize, hiddenSize, { bias: config.boolean('qkv_bias', true) })
  return {
    'attention.attention.{query,key,value}': projection,
    'attention.output.dense': linear(hiddenSize, hiddenSize, { bias: true }),
    ...also,
  }
}

/** ViT's layer: a norm before each block. */
export function vitLayer(
  type: string,
  config: ConfigReader,
  { hiddenSize, ffnSize }: Pick<VisionSizes, 'hiddenSize' | 'ffnSize'>,
  also: Table = {},
): Module {
  return tree(type, {
    ...vitAttention(config, hiddenSize),
    'intermediate.dense': linear(hiddenSize, ffnSize, { bias: true }),
    'output.dense': linear(ffnSize, hiddenSize, { bias: true }),
    'layernorm_{before,after}': layerNorm(hiddenSize),
    ...also,
  })
}

/** ViT's embeddings: patches, and learned tokens and positions, by their names. */
export function vitEmbeddings(
  type: string,
  { hiddenSize, channels, patch }: VisionSizes,
  learned: Readonly<Record<string, Shape | undefined>>,
): Module {
  const patches = { 'patch_embeddings.projection': convolution(channels, hiddenSize, [patch, patch]) }
  return tree(type, { ...patches, ...learned }, 'embedding')
}
