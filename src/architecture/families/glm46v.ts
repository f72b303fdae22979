import { glmVision } from '../blocks/glm-vision.js'
import { withAxes } from '../forward/axes.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** GLM-4.6V (Z.ai 2025, arXiv:2507.01006): the classes of GLM-4.1V with their own name, around any of its language models. */
export const glm46v = multimodalFamily({
  modelType: 'glm46v',
  name: 'Glm46V',
  text: { family: 'glm4v_text' },
  // Its code is of transformers 5, which joins the tables of the three axes for all layers.
  changes: withAxes('inTable'),
  beside: (config) => ({ visual: glmVision('Glm4v', config.object('vision_config')) }),
})
