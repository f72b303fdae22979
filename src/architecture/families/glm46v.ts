import { glmVision } from '../blocks/glm-vision.js'
import { withAxes, withHiddenPositions } from '../forward/axes.js'
import { withFrequenciesTwice } from '../forward/newer-frequencies.js'
import { glm46vImages } from '../senses/glm-newer.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** GLM-4.6V (Z.ai 2025, arXiv:2507.01006): the classes of GLM-4.1V with their own name, around any of its language models. */
export const glm46v = multimodalFamily({
  modelType: 'glm46v',
  name: 'Glm46V',
  images: glm46vImages,
  text: { family: 'glm4v_text' },
  // Its code is of transformers 5, which joins the tables of the three axes for all layers, and gives them no positions.
  changes: (forward) => withHiddenPositions(withFrequenciesTwice(withAxes('inTable')(forward))),
  beside: (config) => ({ visual: glmVision('Glm4v', config.object('vision_config')) }),
})
