import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import { llavaProjector } from '../blocks/projector.js'
import type { ConfigReader } from '../config-reader.js'
import { withFrequenciesTwice } from '../forward/newer-frequencies.js'
import { withTowerBuffers } from '../forward/tower-buffers.js'
import { container, tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** LightOnOCR (LightOn 2025, arXiv:2601.14251): Qwen 3 with Pixtral's encoder, and a merger of neighbouring patches. */
export const lightonOcr = multimodalFamily({
  modelType: 'lighton_ocr',
  name: 'LightOnOcr',
  text: {
    family: 'qwen3',
    tied: true,
    whenAbsent: {
      vocab_size: 151_936,
      hidden_size: 1024,
      intermediate_size: 3072,
      num_hidden_layers: 28,
      num_attention_heads: 16,
      num_key_value_heads: 8,
      head_dim: 128,
    },
  },
  // Its code is of transformers 5, which keeps frequencies twice.
  changes: (forward, config) => withTowerBuffers(towerBuffer)(withFrequenciesTwice(forward), config),
  beside(config, { text, bareModel }) {
    const { root, dimensions } = bareModel('vision_config', 'pixtral', { patch_size: 14 })
    const { hiddenSize } = dimensions
    const merged = config.positive('spatial_merge_size', 2) ** 2
    const patch_merger = container('LightOnOcrPatchMerger', { merging_layer: linear(hiddenSize * merged, hiddenSize) })
    return {
      vision_encoder: tower('vision', root),
      vision_projection: llavaProjector(
        'LightOnOcrVisionProjector',
        { inFeatures: hiddenSize, outFeatures: text.hiddenSize },
        { bias: false, before: { norm: rmsNorm(hiddenSize), patch_merger } },
      ),
    }
  },
})

/** The frequencies of Pixtral's encoder, for height and width. */
function towerBuffer(vision: ConfigReader): number {
  const heads = vision.positive('num_attention_heads', 16)
  const headDim = vision.integer('head_dim', Math.floor(vision.positive('hidden_size', 1024) / heads))
  return 2 * Math.ceil(headDim / 2)
}
