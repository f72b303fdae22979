import { glmVision } from '../blocks/glm-vision.js'
import { glmImages } from '../senses/glm.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** GLM-4.1V (Z.ai 2025, arXiv:2507.01006): GLM-4-0414 with an image encoder. */
export const glm4v = multimodalFamily({
  modelType: 'glm4v',
  liger: { keeps: ['rotation'], isUnrecorded: true },
  name: 'Glm4v',
  text: { family: 'glm4v_text', mayBeFlat: true },
  images: glmImages,
  beside: (config) => ({ visual: glmVision('Glm4v', config.object('vision_config')) }),
})
