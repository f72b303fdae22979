import { glmVision } from '../blocks/glm-vision.js'
import { glmImages } from '../senses/glm.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** GLM-4.5V (Z.ai 2025, arXiv:2507.01006): GLM-4.5-Air with an image encoder. */
export const glm4vMoe = multimodalFamily({
  modelType: 'glm4v_moe',
  liger: { keeps: ['rotation'], isUnrecorded: true },
  name: 'Glm4vMoe',
  text: { family: 'glm4v_moe_text', mayBeFlat: true },
  images: glmImages,
  beside: (config) => ({ visual: glmVision('Glm4vMoe', config.object('vision_config')) }),
})
