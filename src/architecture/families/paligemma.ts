import { linear } from '../blocks/linear.js'
import { fixedImage } from '../largest-image.js'
import { container, tower } from '../module.js'
import { PALIGEMMA_VISION, paligemmaImages } from '../senses/paligemma.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** PaliGemma 1 and 2 (Beyer et al. 2024, arXiv:2407.07726): Gemma with SigLIP's encoder and one linear layer between. */
export const paligemma = multimodalFamily({
  modelType: 'paligemma',
  liger: { isUnrecorded: true },
  name: 'PaliGemma',
  largestImage: fixedImage({ image: 224, patch: 14 }),
  images: paligemmaImages,
  // The class leaves out the soft caps of Gemma 2.
  changes: (forward) => ({
    ...forward,
    attention: { ...forward.attention, cappedScores: false },
    logits: { ...forward.logits, form: 'plain' },
  }),
  text: {
    family: 'gemma',
    whenAbsent: {
      vocab_size: 257_152,
      hidden_size: 2048,
      intermediate_size: 16_384,
      num_hidden_layers: 18,
      num_attention_heads: 8,
      num_key_value_heads: 1,
    },
  },
  beside(config, { bareModel }) {
    const { root, dimensions } = bareModel('vision_config', 'siglip_vision_model', PALIGEMMA_VISION)
    // Takes precedence over the field of the same name in `vision_config`.
    const outFeatures = config.integer('projection_dim', 2048)
    return {
      vision_tower: tower('vision', root),
      multi_modal_projector: tower(
        'projector',
        container('PaliGemmaMultiModalProjector', {
          linear: linear(dimensions.hiddenSize, outFeatures, { bias: true }),
        }),
      ),
    }
  },
})
