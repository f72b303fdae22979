import { qwen3Vision, qwen3VisionBuffer } from '../blocks/qwen3-vision.js'
import { withTowerBuffers } from '../forward/tower-buffers.js'
import { imageOfPixels } from '../largest-image.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Qwen3.5, the mixtures of experts with their image encoder (Qwen team 2026, https://qwen.ai). */
export const qwen35Moe = multimodalFamily({
  modelType: 'qwen3_5_moe',
  liger: { norms: 'beside', keeps: ['rotation'], isUnrecorded: true },
  name: 'Qwen3_5Moe',
  largestImage: imageOfPixels({ pixels: 16_777_216, patch: 16 }),
  text: { family: 'qwen3_5_moe_text', tied: false },
  changes: withTowerBuffers(qwen3VisionBuffer),
  beside: (config) => ({ visual: qwen3Vision('Qwen3_5Moe', config.object('vision_config'), []) }),
})
