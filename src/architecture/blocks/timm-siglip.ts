import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated } from '../module.js'
import { widthByRatio } from './computed-size.js'
import { convolution } from './convolution.js'
import { linear } from './linear.js'
import { layerNorm } from './norm.js'
import { plainMlp } from './plain-mlp.js'
import { patchesIn, sideOf } from './vision.js'

/** SigLIP's image encoder (Zhai et al. 2023, arXiv:2303.15343) with timm's names, with its pooling. */
export function timmSiglip(config: ConfigReader): Module {
  const width = config.positive('width', 1152)
  const patch = sideOf(config, 'patch_size', 16)
  const ffnSize = widthByRatio(config, 3.7362, width)
  const norm = layerNorm(width)
  const square = linear(width, width, { bias: true })
  const mlp = plainMlp({ hiddenSize: width, ffnSize, bias: true, names: ['fc1', 'fc2'] })
  const attn = container(
    'Attention',
    { qkv: linear(width, 3 * width, { bias: true }), proj: square },
    { part: 'attention' },
  )
  const pooling = { q: square, kv: linear(width, 2 * width, { bias: true }), proj: square, norm, mlp }
  return container(
    'VisionTransformer',
    {
      patch_embed: container('PatchEmbed', { proj: convolution(3, width, [patch, patch]) }),
      blocks: repeated(config.integer('layers', 27), container('Block', { norm1: norm, attn, norm2: norm, mlp })),
      norm,
      attn_pool: container('AttentionPoolLatent', pooling, { parameters: { latent: [1, 1, width] } }),
    },
    { parameters: { pos_embed: [1, patchesIn(config, { patch }, 384), width] } },
  )
}
