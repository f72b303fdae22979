import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import { featureLayers, llavaProjector } from '../blocks/projector.js'
import { imageOfSides } from '../largest-image.js'
import { container, tower } from '../module.js'
import { pixtralBuffer, pixtralImages } from '../senses/pixtral.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

const VISION = { patch: 14, side: 1540 }

/** Mistral Small 3.1 and later (Mistral AI 2025): Mistral with Pixtral's encoder, and a merger of neighbouring patches. */
export const mistral3 = multimodalFamily({
  modelType: 'mistral3',
  name: 'Mistral3',
  largestImage: imageOfSides({ image: 1540, patch: 14, merged: 2 }),
  images: pixtralImages({ ...VISION, layer: -1, merges: true }),
  changes: (forward, config) => ({
    ...forward,
    float32BufferElements: pixtralBuffer(config.object('vision_config'), VISION),
  }),
  text: {
    family: 'mistral',
    whenAbsent: {
      vocab_size: 131_072,
      hidden_size: 5120,
      intermediate_size: 32_768,
      num_hidden_layers: 40,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      head_dim: 128,
      sliding_window: null,
    },
  },
  beside(config, { text, bareModel }) {
    const { root, dimensions } = bareModel('vision_config', 'pixtral', { patch_size: 14 })
    const { hiddenSize } = dimensions
    const merged = config.positive('spatial_merge_size', 2) ** 2
    const patch_merger = container('Mistral3PatchMerger', { merging_layer: linear(hiddenSize * merged, hiddenSize) })
    return {
      vision_tower: tower('vision', root),
      multi_modal_projector: llavaProjector(
        'Mistral3MultiModalProjector',
        { inFeatures: hiddenSize * featureLayers(config), outFeatures: text.hiddenSize },
        {
          bias: config.boolean('multimodal_projector_bias', false),
          before: { norm: rmsNorm(hiddenSize), patch_merger },
        },
      ),
    }
  },
})
