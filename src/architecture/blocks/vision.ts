import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { container, type Module } from '../module.js'
import { attention } from './attention.js'
import { FAIRSEQ_NAMES } from './fairseq-layer.js'
import { linear } from './linear.js'
import { layerNorm } from './norm.js'
import { plainMlp } from './plain-mlp.js'

/** The sizes of a vision transformer (Dosovitskiy et al. 2020, arXiv:2010.11929). */
export interface VisionSizes {
  readonly hiddenSize: number
  readonly ffnSize: number
  readonly layers: number
  readonly heads: number
  readonly channels: number
  /** The side of a square patch in pixels. */
  readonly patch: number
}

/** The defaults of a vision tower's configuration class. */
export interface VisionDefaults {
  readonly hidden_size: number
  readonly intermediate_size: number
  readonly num_hidden_layers: number
  readonly num_attention_heads: number
  readonly patch_size: number
}

/** Reads the sizes of a vision tower. */
export function visionSizes(config: ConfigReader, defaults: VisionDefaults): VisionSizes {
  return {
    hiddenSize: config.positive('hidden_size', defaults.hidden_size),
    ffnSize: config.integer('intermediate_size', defaults.intermediate_size),
    layers: config.integer('num_hidden_layers', defaults.num_hidden_layers),
    heads: config.positive('num_attention_heads', defaults.num_attention_heads),
    channels: config.integer('num_channels', 3),
    patch: sideOf(config, 'patch_size', defaults.patch_size),
  }
}

/** The number of patches in a square image; the rest at the edge is cut off. */
export function patchesIn(config: ConfigReader, { patch }: Pick<VisionSizes, 'patch'>, imageSize: number): number {
  return Math.floor(sideOf(config, 'image_size', imageSize) / patch) ** 2
}

/** The side of a square, which a config states as a number or as `[height, width]`; its class ignores further entries. */
export function sideOf(config: ConfigReader, name: string, absent: number): number {
  const value = config.raw(name)
  if (!Array.isArray(value)) return config.positive(name, absent)
  const [height, width] = config.integers(name) ?? []
  if (height === undefined || height < 1 || width !== height) {
    throw config.invalid(name, 'the side of a square in pixels')
  }
  return height
}

/** How many neighbouring patches are joined: the area of a field `[height, width]`, two by two if it is absent. */
export function patchesJoined(config: ConfigReader, name: string): number {
  const [height, width] = config.integers(name) ?? [2, 2]
  if (height === undefined || width === undefined) throw config.invalid(name, '[height, width]')
  return height * width
}

/** The sizes of a model that has no words: a vision tower on its own. */
export function visionDimensions({ hiddenSize, ffnSize, layers, heads }: VisionSizes): Dimensions {
  return {
    layers,
    hiddenSize,
    heads,
    kvHeads: heads,
    headDim: Math.floor(hiddenSize / heads),
    ffnHiddenSize: ffnSize,
    vocabSize: 0,
    gatedMlp: false,
    tiedEmbeddings: false,
  }
}

/**
 * A layer of CLIP and SigLIP, for images and for texts: two norms, attention, and a plain feed-forward network.
 *
 * @param order - whether the class makes each norm before its block, as SigLIP's does
 */
export function clipLayer(
  type: string,
  { hiddenSize, heads, ffnSize }: Pick<VisionSizes, 'hiddenSize' | 'heads' | 'ffnSize'>,
  order: { readonly normsFirst?: boolean } = {},
): Module {
  const headDim = Math.floor(hiddenSize / heads)
  const sizes = { hiddenSize, heads, kvHeads: heads, headDim, qkvBias: true, outputBias: true, ...FAIRSEQ_NAMES }
  const self_attn = attention(sizes)
  const mlp = plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] })
  const [layer_norm1, layer_norm2] = [layerNorm(hiddenSize), layerNorm(hiddenSize)]
  return container(
    type,
    order.normsFirst ? { layer_norm1, self_attn, layer_norm2, mlp } : { self_attn, layer_norm1, mlp, layer_norm2 },
  )
}

/** torch's `nn.MultiheadAttention`: queries, keys and values in one tensor, which is not a linear layer. */
export function multiheadAttention(hiddenSize: number): Module {
  return container(
    'MultiheadAttention',
    { out_proj: { ...linear(hiddenSize, hiddenSize, { bias: true }), type: 'NonDynamicallyQuantizableLinear' } },
    { part: 'attention', parameters: { in_proj_weight: [3 * hiddenSize, hiddenSize], in_proj_bias: [3 * hiddenSize] } },
  )
}
