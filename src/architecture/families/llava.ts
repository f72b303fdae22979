import { fixedImage, imageOfSides } from '../largest-image.js'
import { clipEncoder, siglipEncoder } from '../senses/encoders.js'
import { llavaImages } from '../senses/llava.js'
import { CLIP_LARGE_336, llavaFamily } from '../shapes/llava-family.js'

/** LLaVA 1.5 (Liu et al. 2023, arXiv:2310.03744). */
export const llava = llavaFamily({
  modelType: 'llava',
  // The encoder is CLIP's, for images of one size, or Pixtral's, for images of any.
  largestImage: (config) =>
    config.object('vision_config').raw('model_type') === 'pixtral'
      ? imageOfSides({ image: 1024, patch: 16, merged: 1 })(config)
      : fixedImage({ image: 336, patch: 14 })(config),
  name: 'Llava',
  images: llavaImages({
    encoders: { clip_vision_model: clipEncoder, siglip_vision_model: siglipEncoder },
    usual: 'clip_vision_model',
    whenAbsent: CLIP_LARGE_336,
  }),
  text: { family: 'llama' },
  vision: { family: 'clip_vision_model', whenAbsent: CLIP_LARGE_336 },
  hasNewline: false,
})
