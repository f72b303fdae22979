import { linear } from '../blocks/linear.js'
import { container, tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Command A Vision (Cohere 2025): Command R7B's layers with SigLIP's encoder and a gated projector. */
export const cohere2Vision = multimodalFamily({
  modelType: 'cohere2_vision',
  name: 'Cohere2Vision',
  text: { family: 'cohere2' },
  beside(config, { text, bareModel }) {
    const { root, dimensions } = bareModel('vision_config', 'siglip_vision_model', {
      hidden_size: 1152,
      num_hidden_layers: 27,
      image_size: 512,
    })
    const inner = config.integer('alignment_intermediate_size', 36_864)
    const joined = dimensions.hiddenSize * config.positive('downsample_factor', 2) ** 2
    return {
      vision_tower: tower('vision', root),
      multi_modal_projector: tower(
        'projector',
        container('Cohere2VisionMultiModalProjector', {
          linear_1: linear(joined, inner, { bias: true }),
          // The other half is the gate.
          linear_2: linear(Math.floor(inner / 2), text.hiddenSize, { bias: true }),
        }),
      ),
    }
  },
})
