import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { siglipTransformer } from '../blocks/siglip.js'
import { tree } from '../blocks/tree.js'
import { visionSizes } from '../blocks/vision.js'
import { tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** PaddleOCR-VL (Baidu 2025, arXiv:2510.14528): ERNIE 4.5 0.3B, which reads pages with SigLIP's encoder. */
export const paddleocrVl = multimodalFamily({
  modelType: 'paddleocr_vl',
  name: 'PaddleOCRVL',
  madeAfterText: ['projector'],
  text: {
    family: 'ernie4_5',
    tied: (config) =>
      config.boolean('tie_word_embeddings', true) || config.object('text_config').boolean('tie_word_embeddings', true),
    mayBeFlat: true,
  },
  beside(config, { text }) {
    const vision = config.object('vision_config').withDefaults({ vision_use_head: false, image_size: 384 })
    const sizes = visionSizes(vision, {
      hidden_size: 1152,
      intermediate_size: 4304,
      num_hidden_layers: 27,
      num_attention_heads: 16,
      patch_size: 14,
    })
    const { hiddenSize } = sizes
    const joined = hiddenSize * vision.positive('spatial_merge_size', 2) ** 2
    return {
      visual: tower('vision', tree('PaddleOCRVisionModel', { vision_model: siglipTransformer(vision, sizes) })),
      projector: tower(
        'projector',
        tree('PaddleOCRProjector', {
          pre_norm: layerNorm(hiddenSize),
          linear_1: linear(joined, joined, { bias: true }),
          linear_2: linear(joined, text.hiddenSize, { bias: true }),
        }),
      ),
    }
  },
})
