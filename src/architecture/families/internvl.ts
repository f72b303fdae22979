import { layerNorm } from '../blocks/norm.js'
import { llavaProjector } from '../blocks/projector.js'
import { mergedBy, tiledImage } from '../largest-image.js'
import { tower } from '../module.js'
import { internvlImages } from '../senses/internvl.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** InternVL 3 (Zhu et al. 2025, arXiv:2504.10479), the classes of transformers: InternViT and a language model. */
export const internvl = multimodalFamily({
  modelType: 'internvl',
  liger: { keeps: ['rotation', 'gates'], isUnrecorded: true },
  name: 'InternVL',
  // `max_patches` of the image processor: 12 tiles.
  largestImage: tiledImage({ image: 448, patch: 14, tiles: () => 12, merged: mergedBy('downsample_ratio') }),
  images: internvlImages,
  text: { family: 'qwen2' },
  beside(config, { text, bareModel }) {
    const { root, dimensions } = bareModel('vision_config', 'internvl_vision')
    const inFeatures = dimensions.hiddenSize * Math.floor(1 / config.number('downsample_ratio', 0.5)) ** 2
    return {
      vision_tower: tower('vision', root),
      multi_modal_projector: llavaProjector(
        'InternVLMultiModalProjector',
        { inFeatures, outFeatures: text.hiddenSize },
        { bias: true, before: { layer_norm: layerNorm(inFeatures) } },
      ),
    }
  },
})
