import { clipEncoder, siglipEncoder } from '../senses/encoders.js'
import { tiledLlavaImages } from '../senses/llava-next.js'
import { CLIP_LARGE_336, llavaFamily } from '../shapes/llava-family.js'

/** LLaVA-NeXT, also called LLaVA 1.6 (Liu et al. 2024): images in tiles, with a vector for the end of a row. */
export const llavaNext = llavaFamily({
  modelType: 'llava_next',
  name: 'LlavaNext',
  images: tiledLlavaImages({
    encoders: { clip_vision_model: clipEncoder, siglip_vision_model: siglipEncoder },
    usual: 'clip_vision_model',
    whenAbsent: CLIP_LARGE_336,
    layer: -2,
    strategy: 'default',
    canvases: [
      [1, 2],
      [2, 1],
      [2, 2],
      [3, 1],
      [1, 3],
    ],
    isLimited: false,
  }),
  text: { family: 'llama' },
  vision: { family: 'clip_vision_model', whenAbsent: CLIP_LARGE_336 },
  hasNewline: true,
})
