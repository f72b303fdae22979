import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated } from '../module.js'
import { convolution } from './convolution.js'
import { embedding } from './embedding.js'
import { linear } from './linear.js'
import { layerNorm } from './norm.js'
import { plainMlp } from './plain-mlp.js'
import { clipLayer, multiheadAttention, patchesIn, type VisionDefaults, type VisionSizes } from './vision.js'

/** The class defaults of SigLIP's image encoder. */
export const SIGLIP_DEFAULTS: VisionDefaults = {
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  patch_size: 16,
}

/**
 * SigLIP's image encoder (Zhai et al. 2023, arXiv:2303.15343) without the module around it.
 *
 * @param order - whether the class makes the norms of a layer before its blocks, as SigLIP's does. Copies of it may not
 */
export function siglipTransformer(
  config: ConfigReader,
  sizes: VisionSizes,
  order: { readonly normsFirst?: boolean } = { normsFirst: true },
): Module {
  const { hiddenSize, channels, patch } = sizes
  const patch_embedding = convolution(channels, hiddenSize, [patch, patch])
  return siglipEncoder(config, sizes, patch_embedding, patchesIn(config, sizes, 224), order)
}

/** SigLIP 2's image encoder (Tschannen et al. 2025, arXiv:2502.14786): patches of any image, each as a flat vector. */
export function siglip2Transformer(config: ConfigReader, sizes: VisionSizes): Module {
  const { hiddenSize, channels, patch } = sizes
  const patch_embedding = linear(channels * patch * patch, hiddenSize, { bias: true })
  return siglipEncoder(config, sizes, patch_embedding, config.integer('num_patches', 256), { normsFirst: true })
}

function siglipEncoder(
  config: ConfigReader,
  sizes: VisionSizes,
  patch_embedding: Module,
  positions: number,
  order: { readonly normsFirst?: boolean },
): Module {
  const { hiddenSize, layers } = sizes
  return container('SiglipVisionTransformer', {
    embeddings: container(
      'SiglipVisionEmbeddings',
      { patch_embedding, position_embedding: embedding(positions, hiddenSize) },
      { part: 'embedding' },
    ),
    encoder: container('SiglipEncoder', { layers: repeated(layers, clipLayer('SiglipEncoderLayer', sizes, order)) }),
    post_layernorm: layerNorm(hiddenSize),
    head: config.boolean('vision_use_head', true) ? poolingHead(sizes) : undefined,
  })
}

/** Pools the patches with attention to one learned vector. */
function poolingHead({ hiddenSize, ffnSize }: VisionSizes): Module {
  return container(
    'SiglipMultiheadAttentionPoolingHead',
    {
      attention: multiheadAttention(hiddenSize),
      layernorm: layerNorm(hiddenSize),
      mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] }),
    },
    { parameters: { probe: [1, 1, hiddenSize] } },
  )
}
