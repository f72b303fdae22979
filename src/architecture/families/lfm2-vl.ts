import { layerNorm } from '../blocks/norm.js'
import { llavaProjector } from '../blocks/projector.js'
import type { Family } from '../family.js'
import { tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** LFM2-VL (Liquid AI 2025, arXiv:2511.23404): LFM2 with SigLIP 2's encoder. */
export const lfm2Vl: Family = {
  ...multimodalFamily({
    modelType: 'lfm2_vl',
    name: 'Lfm2Vl',
    text: { family: 'lfm2' },
    beside(config, { text, bareModel }) {
      const { root, dimensions } = bareModel('vision_config', 'siglip2_vision_model')
      const inFeatures = dimensions.hiddenSize * config.positive('downsample_factor', 2) ** 2
      const innerFeatures = config.integer('projector_hidden_size', 2560)
      const isNormed = config.boolean('projector_use_layernorm', true)
      if (!isNormed) {
        config.doubt(
          'projector_use_layernorm is false: the projector has no norm, as in transformers 5. That of transformers 4.57 has it all the same.',
        )
      }
      return {
        vision_tower: tower('vision', root),
        multi_modal_projector: llavaProjector(
          'Lfm2VlMultiModalProjector',
          { inFeatures, innerFeatures, outFeatures: text.hiddenSize },
          {
            bias: config.boolean('projector_bias', true),
            before: isNormed ? { layer_norm: layerNorm(inFeatures) } : {},
          },
        ),
      }
    },
  }),
  // transformers 4.57 writes the second.
  modelTypes: ['lfm2_vl', 'lfm2-vl'],
}
