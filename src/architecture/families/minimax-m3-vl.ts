import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { framePatches } from '../blocks/qwen-vision.js'
import { clipLayer, type VisionSizes, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { withTowerBuffers } from '../forward/tower-buffers.js'
import { container, type Module, repeated, tower } from '../module.js'
import { MINIMAX_VISION, minimaxM3VlImages } from '../senses/minimax-m3-vl.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** MiniMax-M3 (MiniMax 2026, https://github.com/MiniMax-AI), with its encoder for images and video. */
export const minimaxM3Vl = multimodalFamily({
  modelType: 'minimax_m3_vl',
  name: 'MiniMaxM3Sparse',
  baseName: 'MiniMaxM3VL',
  images: minimaxM3VlImages,
  changes: withTowerBuffers(towerBuffer),
  text: { family: 'minimax_m3_vl_text', tied: isTied },
  beside(config, { text }) {
    const vision = config.object('vision_config')
    const sizes = visionSizes(vision, MINIMAX_VISION)
    const innerFeatures = config.integer('projector_hidden_size', 6144)
    const merged = text.hiddenSize * vision.positive('spatial_merge_size', 2) ** 2
    const withBias = { bias: true }
    return {
      vision_tower: tower('vision', visionModel(vision, sizes)),
      // Projects each patch, then four of them together.
      multi_modal_projector: tower(
        'projector',
        container('MiniMaxM3VLMultiModalProjector', {
          linear_1: linear(sizes.hiddenSize, innerFeatures, withBias),
          linear_2: linear(innerFeatures, text.hiddenSize, withBias),
          merge_linear_1: linear(merged, innerFeatures, withBias),
          merge_linear_2: linear(innerFeatures, text.hiddenSize, withBias),
        }),
      ),
    }
  },
})

/** The encoder's frequencies of three axes, which transformers 5 keeps twice. */
function towerBuffer(vision: ConfigReader): number {
  const headDim = Math.floor(vision.positive('hidden_size', 1280) / vision.positive('num_attention_heads', 16))
  return 2 * Math.floor(Math.floor(headDim / 3) / 2)
}

/** Either config may say so. */
function isTied(config: ConfigReader): boolean {
  return [config, config.object('text_config')].some((stated) => stated.boolean('tie_word_embeddings', false))
}

function visionModel(config: ConfigReader, sizes: VisionSizes): Module {
  const { hiddenSize, layers } = sizes
  return container('MiniMaxM3VLVisionModel', {
    embeddings: framePatches('MiniMaxM3VLVisionEmbeddings', config, hiddenSize, {
      patch: 14,
      bias: false,
      field: 'num_channels',
    }),
    pre_layrnorm: layerNorm(hiddenSize),
    layers: repeated(layers, clipLayer('MiniMaxM3VLVisionEncoderLayer', sizes)),
  })
}
