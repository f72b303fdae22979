import { layerNorm } from '../blocks/norm.js'
import { llavaProjector } from '../blocks/projector.js'
import { tower } from '../module.js'
import { CLIP_LARGE_336 } from '../shapes/llava-family.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** ViP-LLaVA (Cai et al. 2023, arXiv:2312.00784): LLaVA, which sees the outputs of several layers of the encoder side by side. */
export const vipllava = multimodalFamily({
  modelType: 'vipllava',
  name: 'VipLlava',
  attributeMap: { vision_feature_layer: 'vision_feature_layers' },
  text: { family: 'llama' },
  beside(config, { text, bareModel }) {
    const { root, dimensions } = bareModel('vision_config', 'clip_vision_model', CLIP_LARGE_336)
    const layers = config.raw('vision_feature_layers')
    const count = layers === undefined ? 5 : Array.isArray(layers) ? layers.length : 1
    const inFeatures = dimensions.hiddenSize * count
    return {
      vision_tower: tower('vision', root),
      multi_modal_projector: llavaProjector(
        'VipLlavaMultiModalProjector',
        { inFeatures, outFeatures: text.hiddenSize },
        { bias: true, before: { projector_layernorm: layerNorm(inFeatures) } },
      ),
    }
  },
})
