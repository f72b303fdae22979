import { layerNorm } from '../blocks/norm.js'
import { llavaProjector } from '../blocks/projector.js'
import { tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** LFM2-VL (Liquid AI 2025, arXiv:2511.23404): LFM2 with SigLIP 2's encoder. */
export const lfm2Vl = multimodalFamily({
  modelType: 'lfm2_vl',
  name: 'Lfm2Vl',
  text: { family: 'lfm2' },
  beside(config, { text, bareModel }) {
    const { root, dimensions } = bareModel('vision_config', 'siglip2_vision_model')
    const inFeatures = dimensions.hiddenSize * config.positive('downsample_factor', 2) ** 2
    const innerFeatures = config.integer('projector_hidden_size', 2560)
    return {
      vision_tower: tower('vision', root),
      multi_modal_projector: llavaProjector(
        'Lfm2VlMultiModalProjector',
        { inFeatures, innerFeatures, outFeatures: text.hiddenSize },
        // transformers 5 may leave out the norm.
        {
          bias: config.boolean('projector_bias', true),
          before: config.boolean('projector_use_layernorm', true) ? { layer_norm: layerNorm(inFeatures) } : {},
        },
      ),
    }
  },
})
