import { linear } from '../blocks/linear.js'
import { container, type Module, tower } from '../module.js'
import { clipProgram } from '../program/clip.js'
import { dualEncoderFamily } from '../shapes/dual-encoder-family.js'

/** CLIP (Radford et al. 2021, arXiv:2103.00020): an image encoder and a text encoder with a shared output space. */
export const clip = dualEncoderFamily({
  modelType: 'clip',
  className: 'CLIPModel',
  text: 'clip_text_model',
  vision: 'clip_vision_model',
  encodes: true,
  program: (config, dimensions) => clipProgram(config, dimensions),
  build(config, { text, vision }) {
    const width = config.integer('projection_dim', 512)
    const projection = (features: number): Module => linear(features, width)
    return container(
      'CLIPModel',
      {
        text_model: text.module,
        vision_model: vision.module,
        visual_projection: tower('projector', projection(vision.hiddenSize)),
        text_projection: tower('projector', projection(text.hiddenSize)),
      },
      { parameters: { logit_scale: [] } },
    )
  },
})
