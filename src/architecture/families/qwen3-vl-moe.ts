import { qwen3Vision } from '../blocks/qwen3-vision.js'
import { withAxes } from '../forward/axes.js'
import { deepStack, imageOfPixels } from '../largest-image.js'
import { qwen3Images } from '../senses/qwen3.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Qwen3-VL, the mixtures of experts (Qwen team 2025, arXiv:2511.21631). */
export const qwen3VlMoe = multimodalFamily({
  modelType: 'qwen3_vl_moe',
  liger: { isUnrecorded: true },
  name: 'Qwen3VLMoe',
  largestImage: imageOfPixels({ pixels: 16_777_216, patch: 16, vectors: deepStack }),
  images: qwen3Images,
  changes: withAxes('inTable'),
  text: { family: 'qwen3_vl_moe_text' },
  beside: (config) => ({ visual: qwen3Vision('Qwen3VLMoe', config.object('vision_config'), [8, 16, 24]) }),
})
