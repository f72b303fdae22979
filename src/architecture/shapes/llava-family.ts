import { featureLayers, llavaProjector } from '../blocks/projector.js'
import type { ConfigObject } from '../config-object.js'
import type { Family } from '../family.js'
import { tower } from '../module.js'
import { type MultimodalFamilyOptions, multimodalFamily } from './multimodal-family.js'

/** LLaVA and its successors (Liu et al. 2023, arXiv:2304.08485): an image encoder, two linear layers, a language model. */
export interface LlavaFamilyOptions extends Omit<MultimodalFamilyOptions, 'beside' | 'parameters'> {
  /** The image encoder if `vision_config` is left out. */
  readonly vision: { readonly family: string; readonly whenAbsent: ConfigObject }
  /** Whether it has a learned vector for a new line in an image. */
  readonly hasNewline: boolean
}

/** A family of LLaVA's shape. */
export function llavaFamily({ vision, hasNewline, ...options }: LlavaFamilyOptions): Family {
  return multimodalFamily({
    ...options,
    beside(config, { text, bareModel }) {
      const { root, dimensions } = bareModel('vision_config', vision.family, vision.whenAbsent)
      return {
        vision_tower: tower('vision', root),
        multi_modal_projector: llavaProjector(
          `${options.name}MultiModalProjector`,
          { inFeatures: dimensions.hiddenSize * featureLayers(config), outFeatures: text.hiddenSize },
          { bias: config.boolean('multimodal_projector_bias', true) },
        ),
      }
    },
    ...(hasNewline && { parameters: (_, { hiddenSize }) => ({ image_newline: [hiddenSize] }) }),
  })
}

/** CLIP's large encoder for images of 336 pixels, the tower of a LLaVA without `vision_config`. */
export const CLIP_LARGE_336: ConfigObject = {
  hidden_size: 1024,
  intermediate_size: 4096,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  patch_size: 14,
  image_size: 336,
  projection_dim: 768,
}
