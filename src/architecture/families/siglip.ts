import { container } from '../module.js'
import { siglipProgram } from '../program/siglip.js'
import { dualEncoderFamily } from '../shapes/dual-encoder-family.js'

/** SigLIP (Zhai et al. 2023, arXiv:2303.15343): CLIP with a loss that compares each pair on its own. */
export const siglip = dualEncoderFamily({
  modelType: 'siglip',
  className: 'SiglipModel',
  text: 'siglip_text_model',
  vision: 'siglip_vision_model',
  encodes: true,
  program: (config, dimensions) =>
    siglipProgram(config.object('vision_config'), config.object('text_config'), dimensions),
  build: (_, { text, vision }) =>
    container(
      'SiglipModel',
      { text_model: text.module, vision_model: vision.module },
      { parameters: { logit_scale: [1], logit_bias: [1] } },
    ),
})
