import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { container, tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Aya Vision (Dash et al. 2025, arXiv:2505.08751): Command R7B's layers with SigLIP's encoder and a gated projector. */
export const ayaVision = multimodalFamily({
  modelType: 'aya_vision',
  name: 'AyaVision',
  text: { family: 'cohere2' },
  beside(config, { text, bareModel }) {
    const { root, dimensions } = bareModel('vision_config', 'siglip_vision_model', {
      hidden_size: 1152,
      intermediate_size: 4304,
      num_hidden_layers: 26,
      num_attention_heads: 14,
      patch_size: 14,
      image_size: 384,
      vision_use_head: false,
    })
    const inner = config.derived('alignment_intermediate_size', text.hiddenSize)
    const joined = dimensions.hiddenSize * config.positive('downsample_factor', 2) ** 2
    return {
      vision_tower: tower('vision', root),
      multi_modal_projector: tower(
        'projector',
        container('AyaVisionMultiModalProjector', {
          layernorm: layerNorm(joined),
          linear_1: linear(joined, inner, { bias: true }),
          // The other half is the gate.
          linear_2: linear(Math.floor(inner / 2), text.hiddenSize, { bias: true }),
        }),
      ),
    }
  },
})
