import type { ConfigReader } from '../config-reader.js'
import { fixedImage, imageOfSides } from '../largest-image.js'
import { clipEncoder, siglipEncoder } from '../senses/encoders.js'
import { llavaImages } from '../senses/llava.js'
import { pixtralBuffer, pixtralImages } from '../senses/pixtral.js'
import { CLIP_LARGE_336, llavaFamily } from '../shapes/llava-family.js'

const PIXTRAL = { patch: 16, side: 1024 }
const PIXTRAL_IMAGES = pixtralImages({ ...PIXTRAL, layer: -2, merges: false })
const IMAGES = llavaImages({
  encoders: { clip_vision_model: clipEncoder, siglip_vision_model: siglipEncoder },
  usual: 'clip_vision_model',
  whenAbsent: CLIP_LARGE_336,
})
const isPixtral = (config: ConfigReader): boolean => config.object('vision_config').raw('model_type') === 'pixtral'

/** LLaVA 1.5 (Liu et al. 2023, arXiv:2310.03744). */
export const llava = llavaFamily({
  modelType: 'llava',
  liger: { keeps: ['rotation', 'gates', 'norms', 'headNorms'], isUnrecorded: true },
  // The encoder is CLIP's, for images of one size, or Pixtral's, for images of any.
  largestImage: (config) =>
    isPixtral(config)
      ? imageOfSides({ image: 1024, patch: 16, merged: 1 })(config)
      : fixedImage({ image: 336, patch: 14 })(config),
  name: 'Llava',
  images: (config, ...rest) => (isPixtral(config) ? PIXTRAL_IMAGES : IMAGES)(config, ...rest),
  changes: (forward, config) =>
    isPixtral(config)
      ? { ...forward, float32BufferElements: pixtralBuffer(config.object('vision_config'), PIXTRAL) }
      : forward,
  text: { family: 'llama' },
  vision: { family: 'clip_vision_model', whenAbsent: CLIP_LARGE_336 },
  hasNewline: false,
})
