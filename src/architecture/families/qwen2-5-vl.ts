import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import {
  framePatches,
  QWEN2_VL_TEXT_DEFAULTS,
  qwenPatchMerger,
  qwenVision,
  qwenVisionBlock,
  qwenVisionSizes,
} from '../blocks/qwen-vision.js'
import { withAxes } from '../forward/axes.js'
import { imageOfPixels } from '../largest-image.js'
import { qwen25Images } from '../senses/qwen.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Qwen2.5-VL (Bai et al. 2025, arXiv:2502.13923): an encoder with a language model's layers, most of them with window attention. */
export const qwen25Vl = multimodalFamily({
  modelType: 'qwen2_5_vl',
  liger: { isUnrecorded: true },
  name: 'Qwen2_5_VL',
  largestImage: imageOfPixels({ pixels: 12_845_056, patch: 14, videoFrames: 14 }),
  images: qwen25Images,
  changes: withAxes('inLayers'),
  text: { family: 'qwen2_vl_text', defaults: QWEN2_VL_TEXT_DEFAULTS, mayBeFlat: true },
  beside(config) {
    const vision = config.object('vision_config')
    const sizes = qwenVisionSizes(vision, { hiddenSize: 3584, depth: 32 })
    const { hiddenSize } = sizes
    const norm = rmsNorm(hiddenSize)
    const mlp = gatedMlp({ hiddenSize, ffnSize: vision.integer('intermediate_size', 3420), bias: true })
    return {
      visual: qwenVision('Qwen2_5_VisionTransformerPretrainedModel', sizes, {
        patches: framePatches('Qwen2_5_VisionPatchEmbed', vision, hiddenSize, { patch: 14, bias: false }),
        block: qwenVisionBlock('Qwen2_5_VLVisionBlock', hiddenSize, { norm, mlp }),
        after: {
          merger: qwenPatchMerger('Qwen2_5_VLPatchMerger', sizes, norm, vision.integer('out_hidden_size', 3584)),
        },
      }),
    }
  },
})
