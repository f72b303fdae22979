import { SIGLIP_DEFAULTS, siglipTransformer } from '../blocks/siglip.js'
import { visionDimensions, visionSizes } from '../blocks/vision.js'
import { container } from '../module.js'
import { give, set } from '../program/index.js'
import { siglipSizes, siglipVisionSteps } from '../program/siglip.js'
import { IMAGES, pixels } from '../program/vision.js'
import { bareTower, towerFamily } from '../shapes/tower-family.js'

/** SigLIP's image encoder (Zhai et al. 2023, arXiv:2303.15343), the tower of Gemma 3 and PaliGemma. */
export const siglipVisionModel = towerFamily({
  modelType: 'siglip_vision_model',
  name: 'SiglipVision',
  build(config) {
    const sizes = visionSizes(config, SIGLIP_DEFAULTS)
    const vision_model = siglipTransformer(config, sizes)
    return {
      classes: bareTower(container('SiglipVisionModel', { vision_model })),
      dimensions: visionDimensions(sizes),
    }
  },
  program(config) {
    const sizes = siglipSizes(config)
    return {
      buffers: [pixels(sizes), { count: [sizes.patches] }],
      steps: [set('pixels', IMAGES(sizes)), ...siglipVisionSteps(config, sizes), give('imageHidden')],
    }
  },
})
