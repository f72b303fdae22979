import type { ConfigReader } from '../config-reader.js'
import { container, type Module } from '../module.js'
import { convolution } from './convolution.js'
import { embedding } from './embedding.js'
import { gatedMlp } from './gated-mlp.js'
import { linear } from './linear.js'
import { layerNorm, rmsNorm } from './norm.js'
import { framePatches, qwenVision, qwenVisionSizes } from './qwen-vision.js'
import { patchesIn } from './vision.js'

/**
 * The image encoder of GLM-4V (Z.ai 2025, arXiv:2507.01006): gated blocks, learned positions, and a convolution that joins
 * neighbouring patches before the merger.
 *
 * @param name - the prefix of its class names: `Glm4v`
 */
export function glmVision(name: string, config: ConfigReader): Module {
  const sizes = qwenVisionSizes(config, { hiddenSize: 1536, depth: 24 })
  const { hiddenSize } = sizes
  const outFeatures = config.integer('out_hidden_size', 4096)
  const patch = config.positive('patch_size', 14)
  const side = config.positive('spatial_merge_size', 2)
  const norm = rmsNorm(hiddenSize)
  const attn = container(
    `${name}VisionAttention`,
    {
      qkv: linear(hiddenSize, 3 * hiddenSize, { bias: config.boolean('attention_bias', false) }),
      proj: linear(hiddenSize, hiddenSize),
    },
    { part: 'attention' },
  )
  // The width of the blocks is that of the output; `intermediate_size` is the merger's.
  const mlp = gatedMlp({ hiddenSize, ffnSize: outFeatures })
  return qwenVision(`${name}VisionModel`, sizes, {
    patches: framePatches(`${name}VisionPatchEmbed`, config, hiddenSize, { patch, bias: true }),
    before: {
      embeddings: container(`${name}VisionEmbeddings`, {
        position_embedding: embedding(patchesIn(config, { patch }, 336), hiddenSize),
      }),
    },
    block: container(`${name}VisionBlock`, { norm1: norm, norm2: norm, attn, mlp }),
    after: {
      merger: merger(`${name}VisionPatchMerger`, outFeatures, config.integer('intermediate_size', 13_696)),
      post_conv_layernorm: norm,
      downsample: convolution(hiddenSize, outFeatures, [side, side]),
      post_layernorm: norm,
    },
  })
}

/** A projection with a norm, then a gated network. */
function merger(type: string, features: number, ffnSize: number): Module {
  return container(type, {
    proj: linear(features, features),
    post_projection_norm: layerNorm(features),
    ...gatedMlp({ hiddenSize: features, ffnSize }).children,
  })
}
