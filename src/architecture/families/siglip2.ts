import { container } from '../module.js'
import { siglip2Program } from '../program/siglip.js'
import { dualEncoderFamily } from '../shapes/dual-encoder-family.js'

/** SigLIP 2 for images of any shape (Tschannen et al. 2025, arXiv:2502.14786). */
export const siglip2 = dualEncoderFamily({
  modelType: 'siglip2',
  className: 'Siglip2Model',
  text: 'siglip_text_model',
  vision: 'siglip2_vision_model',
  encodes: true,
  program: (config, dimensions) =>
    siglip2Program(config.object('vision_config'), config.object('text_config'), dimensions),
  build: (_, { text, vision }) =>
    container(
      'Siglip2Model',
      { text_model: text.module, vision_model: vision.module },
      { parameters: { logit_scale: [1], logit_bias: [1] } },
    ),
})
