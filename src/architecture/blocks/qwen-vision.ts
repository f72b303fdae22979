import type { ConfigReader } from '../config-reader.js'
import { type Children, container, type Module, repeated, tower } from '../module.js'
import { convolution } from './convolution.js'
import { linear } from './linear.js'

/** The sizes that the image encoders of Qwen's and GLM's models share: they read patches of two frames at a time. */
export interface QwenVisionSizes {
  readonly hiddenSize: number
  readonly blocks: number
  /** The number of patches that the merger joins into one token, four if it joins two by two. */
  readonly merged: number
}

/** Reads the sizes, with the class defaults of their hidden size, depth and patch. */
export function qwenVisionSizes(
  config: ConfigReader,
  {
    field = 'hidden_size',
    hiddenSize,
    depth,
  }: { readonly field?: string; readonly hiddenSize: number; readonly depth: number },
): QwenVisionSizes {
  return {
    hiddenSize: config.positive(field, hiddenSize),
    blocks: config.integer('depth', depth),
    merged: config.positive('spatial_merge_size', 2) ** 2,
  }
}

/** The patches of two frames, as one convolution over time, height and width. */
export function framePatches(
  type: string,
  config: ConfigReader,
  hiddenSize: number,
  { patch, bias, field = 'in_channels' }: { readonly patch: number; readonly bias: boolean; readonly field?: string },
): Module {
  const side = config.positive('patch_size', patch)
  const kernel = [config.positive('temporal_patch_size', 2), side, side]
  const channels = config.integer(field, 3)
  // Published configs of Qwen2-VL state it so; its class never reads that.
  const ignored = config.optionalInteger('in_chans')
  if (ignored !== undefined && ignored !== channels) {
    const place = [...config.place, 'in_chans'].join('.')
    config.doubt(`${place} is ignored: this family reads ${field}, which is ${channels} here.`)
  }
  const proj = convolution(channels, hiddenSize, kernel, { bias })
  return container(type, { proj }, { part: 'embedding' })
}

/** A block: attention whose queries, keys and values are one layer, and a feed-forward network. */
export function qwenVisionBlock(
  type: string,
  hiddenSize: number,
  { norm, mlp, bias = true }: { readonly norm: Module; readonly mlp: Module; readonly bias?: boolean },
): Module {
  const attn = container(
    'VisionAttention',
    { qkv: linear(hiddenSize, 3 * hiddenSize, { bias }), proj: linear(hiddenSize, hiddenSize, { bias }) },
    { part: 'attention' },
  )
  return container(type, { norm1: norm, norm2: norm, attn, mlp })
}

/** The merger of Qwen 2's encoders: a norm, and a network over the patches that it joins. */
export function qwenPatchMerger(
  type: string,
  { hiddenSize, merged }: QwenVisionSizes,
  norm: Module,
  outFeatures: number,
): Module {
  const joined = hiddenSize * merged
  const mlp: Module = {
    type: 'Sequential',
    children: {
      0: linear(joined, joined, { bias: true }),
      2: linear(joined, outFeatures, { bias: true }),
    },
  }
  return container(type, { ln_q: norm, mlp })
}

/** The encoder: patches, blocks and whatever else a family adds. */
export function qwenVision(
  type: string,
  { blocks }: QwenVisionSizes,
  parts: {
    readonly patches: Module
    readonly block: Module
    /** What the class makes before the patches, between them and the blocks, and after those. */
    readonly before?: Children
    readonly between?: Children
    readonly after: Children
  },
): Module {
  return tower(
    'vision',
    container(type, {
      ...parts.before,
      patch_embed: parts.patches,
      ...parts.between,
      blocks: repeated(blocks, parts.block),
      ...parts.after,
    }),
  )
}

/** The class defaults of the language model of Qwen2-VL and Qwen2.5-VL: the sizes of the 72B. */
export const QWEN2_VL_TEXT_DEFAULTS = {
  vocab_size: 152_064,
  hidden_size: 8192,
  intermediate_size: 29_568,
  num_hidden_layers: 80,
  num_attention_heads: 64,
  num_key_value_heads: 8,
}
