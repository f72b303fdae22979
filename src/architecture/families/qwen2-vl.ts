import { widthByRatio } from '../blocks/computed-size.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
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
import { qwen2Images } from '../senses/qwen.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Qwen2-VL (Wang et al. 2024, arXiv:2409.12191): Qwen 2 with an encoder for images and video of any size. */
export const qwen2Vl = multimodalFamily({
  modelType: 'qwen2_vl',
  liger: { isUnrecorded: true },
  name: 'Qwen2VL',
  largestImage: imageOfPixels({ pixels: 12_845_056, patch: 14, videoFrames: 14 }),
  images: qwen2Images,
  // In transformers 4.57 the class computes the logits of all tokens.
  changes: (forward) => ({ ...withAxes('inLayers')(forward), logits: { ...forward.logits, prefill: 'allTokens' } }),
  text: { family: 'qwen2_vl_text', defaults: QWEN2_VL_TEXT_DEFAULTS, mayBeFlat: true },
  beside(config) {
    const vision = config.object('vision_config')
    const sizes = qwenVisionSizes(vision, { field: 'embed_dim', hiddenSize: 1280, depth: 32 })
    const { hiddenSize } = sizes
    const ffnSize = widthByRatio(vision, 4, hiddenSize)
    const norm = layerNorm(hiddenSize)
    const mlp = plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] })
    return {
      visual: qwenVision('Qwen2VisionTransformerPretrainedModel', sizes, {
        patches: framePatches('PatchEmbed', vision, hiddenSize, { patch: 14, bias: false }),
        block: qwenVisionBlock('Qwen2VLVisionBlock', hiddenSize, { norm, mlp }),
        after: { merger: qwenPatchMerger('PatchMerger', sizes, norm, vision.integer('hidden_size', 3584)) },
      }),
    }
  },
})
