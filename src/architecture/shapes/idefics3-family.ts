import { linear } from '../blocks/linear.js'
import { siglipTransformer } from '../blocks/siglip.js'
import { visionSizes } from '../blocks/vision.js'
import type { Family } from '../family.js'
import { container, tower } from '../module.js'
import { type MultimodalFamilyOptions, multimodalFamily } from './multimodal-family.js'

/** Idefics 3 and SmolVLM (Laurençon et al. 2024, arXiv:2408.12637): Llama with SigLIP's encoder and one linear layer between. */
export function idefics3Family(
  options: Pick<MultimodalFamilyOptions, 'modelType' | 'name' | 'text' | 'images' | 'liger'>,
): Family {
  const { name } = options
  return multimodalFamily({
    ...options,
    languageModelName: 'text_model',
    beside(config, { text }) {
      // The default language model of 4.57 has a padding token beyond its vocabulary.
      if (!config.has('text_config')) config.doubt('text_config is absent: transformers 4.57 expects it, and fails.')
      const vision = config.object('vision_config').withDefaults({ vision_use_head: false })
      const sizes = visionSizes(vision, {
        hidden_size: 1152,
        intermediate_size: 3072,
        num_hidden_layers: 12,
        num_attention_heads: 16,
        patch_size: 32,
      })
      const joined = sizes.hiddenSize * config.positive('scale_factor', 2) ** 2
      return {
        vision_model: tower('vision', siglipTransformer(vision, sizes, {})),
        connector: tower(
          'projector',
          container(`${name}Connector`, {
            modality_projection: container(`${name}SimpleMLP`, { proj: linear(joined, text.hiddenSize) }),
          }),
        ),
      }
    },
  })
}
