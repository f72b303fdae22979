import { rmsNorm } from '../blocks/norm.js'
import { fixedImage, size } from '../largest-image.js'
import { container, tower } from '../module.js'
import { gemma3Images } from '../senses/gemma3.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Gemma 3 with its image encoder (Gemma team 2025, arXiv:2503.19786). */
export const gemma3 = multimodalFamily({
  modelType: 'gemma3',
  liger: { isUnrecorded: true },
  name: 'Gemma3',
  // An image is one view (pan and scan is off by default), pooled to `mm_tokens_per_image`.
  largestImage: fixedImage({ image: 896, patch: 14 }, (config) => size(config, 'mm_tokens_per_image', 256)),
  images: gemma3Images,
  // The whole makes the masks, in which no token sees later ones but those of its image.
  changes: (forward) => ({
    ...forward,
    masks: { ...forward.masks, given: 'never' },
    logits: { ...forward.logits, shifts: 'float32' },
  }),
  text: { family: 'gemma3_text' },
  beside(_, { text, bareModel }) {
    const { root, dimensions } = bareModel('vision_config', 'siglip_vision_model')
    return {
      vision_tower: tower('vision', root),
      multi_modal_projector: tower(
        'projector',
        container(
          'Gemma3MultiModalProjector',
          { mm_soft_emb_norm: rmsNorm(dimensions.hiddenSize) },
          { parameters: { mm_input_projection_weight: [dimensions.hiddenSize, text.hiddenSize] } },
        ),
      ),
    }
  },
})
