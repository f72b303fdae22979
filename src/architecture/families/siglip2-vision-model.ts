import { SIGLIP_DEFAULTS, siglip2Transformer } from '../blocks/siglip.js'
import { visionDimensions, visionSizes } from '../blocks/vision.js'
import { container } from '../module.js'
import { give } from '../program/index.js'
import { siglip2Images } from '../program/siglip.js'
import { bareTower, towerFamily } from '../shapes/tower-family.js'

/** SigLIP 2's image encoder for images of any shape (Tschannen et al. 2025, arXiv:2502.14786), the tower of LFM2-VL. */
export const siglip2VisionModel = towerFamily({
  modelType: 'siglip2_vision_model',
  name: 'Siglip2Vision',
  build(config) {
    const sizes = visionSizes(config, SIGLIP_DEFAULTS)
    const vision_model = siglip2Transformer(config, sizes)
    return {
      classes: bareTower(container('Siglip2VisionModel', { vision_model })),
      dimensions: visionDimensions(sizes),
    }
  },
  program(config) {
    const { steps, ...images } = siglip2Images(config)
    return { ...images, steps: [...steps, give('imageHidden')] }
  },
})
