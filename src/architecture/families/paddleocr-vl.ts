import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { siglipTransformer } from '../blocks/siglip.js'
import { tree } from '../blocks/tree.js'
import { patchesIn, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { withFrequenciesTwice } from '../forward/newer-frequencies.js'
import { axialFrequencies, withTowerBuffers } from '../forward/tower-buffers.js'
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
  changes: (forward, config) => withTowerBuffers(towerBuffer)(withFrequenciesTwice(forward), config),
  beside(config, { text }) {
    const { vision, sizes } = visionOf(config.object('vision_config'))
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

function visionOf(stated: ConfigReader) {
  const vision = stated.withDefaults({ vision_use_head: false, image_size: 384 })
  const sizes = visionSizes(vision, {
    hidden_size: 1152,
    intermediate_size: 4304,
    num_hidden_layers: 27,
    num_attention_heads: 16,
    patch_size: 14,
  })
  return { vision, sizes }
}

/** The encoder's numbers of positions, which are integers of eight bytes, and its frequencies. */
function towerBuffer(stated: ConfigReader): number {
  const { vision, sizes } = visionOf(stated)
  return 2 * patchesIn(vision, sizes, 384) + axialFrequencies(Math.floor(sizes.hiddenSize / sizes.heads))
}
