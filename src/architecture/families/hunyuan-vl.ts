import { attention } from '../blocks/attention.js'
import { convolution } from '../blocks/convolution.js'
import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm, rmsNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { tree } from '../blocks/tree.js'
import { visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated, tower } from '../module.js'
import { HUNYUAN_VISION, hunyuanVlImages } from '../senses/hunyuan-vl.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** HunyuanOCR (Tencent 2025, arXiv:2511.19575): reads pages of any size; older configs have the language model beside the encoder. */
export const hunyuanVl = multimodalFamily({
  modelType: 'hunyuan_vl',
  name: 'HunYuanVL',
  images: hunyuanVlImages,
  madeAfterText: ['vision_tower'],
  text: { family: 'hunyuan_vl_text', mayBeFlat: true, tied: isTied },
  beside: (config, { text }) => ({
    vision_tower: tower('vision', visionTower(config.object('vision_config'), text.hiddenSize)),
  }),
})

/** Tied, unless both configs say that it is not. */
function isTied(config: ConfigReader): boolean {
  return [config, config.object('text_config')].some((stated) => stated.boolean('tie_word_embeddings', true))
}

function visionTower(config: ConfigReader, outFeatures: number): Module {
  const sizes = visionSizes(config, HUNYUAN_VISION)
  const { hiddenSize, ffnSize, heads, channels, patch } = sizes
  const norm = layerNorm(hiddenSize)
  const side = Math.floor(config.positive('max_image_size', 2048) / patch)
  const merged = config.positive('spatial_merge_size', 2)
  const headDim = config.derived('head_dim', Math.floor(hiddenSize / heads))
  const layer = container('HunYuanVLVisionBlock', {
    layer_norm1: norm,
    self_attn: attention({ hiddenSize, heads, kvHeads: heads, headDim, qkvBias: true, outputBias: true }),
    layer_norm2: norm,
    mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] }),
  })
  return tree('HunYuanVLVisionTransformer', {
    'embeddings.patch_embedding': convolution(channels, hiddenSize, [patch, patch]),
    'embeddings.position_embedding': embedding(side ** 2 + 1, hiddenSize),
    layers: repeated(sizes.layers, layer),
    'patch_merger.image_newline': [4 * hiddenSize],
    'patch_merger.image_{begin,end,sep}': [outFeatures],
    'patch_merger.proj_conv': convolution(hiddenSize, 2 * hiddenSize, [merged, merged]),
    'patch_merger.proj_out': convolution(2 * hiddenSize, 4 * hiddenSize, [1, 1]),
    'patch_merger.mlp': linear(4 * hiddenSize, outFeatures, { bias: true }),
    'patch_merger.before_rms': rmsNorm(hiddenSize),
    'patch_merger.after_rms': rmsNorm(outFeatures),
  })
}
