import { qwen3Vision, qwen3VisionBuffer } from '../blocks/qwen3-vision.js'
import { withTowerBuffers } from '../forward/tower-buffers.js'
import { imageOfPixels } from '../largest-image.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Qwen3.5, the dense models with their image encoder (Qwen team 2026, https://qwen.ai). */
export const qwen35 = multimodalFamily({
  modelType: 'qwen3_5',
  liger: { norms: 'beside', keeps: ['rotation'], isUnrecorded: true },
  name: 'Qwen3_5',
  largestImage: imageOfPixels({ pixels: 16_777_216, patch: 16 }),
  text: { family: 'qwen3_5_text', tied: false },
  changes: withTowerBuffers(qwen3VisionBuffer),
  beside: (config) => ({ visual: qwen3Vision('Qwen3_5', config.object('vision_config'), []) }),
})
