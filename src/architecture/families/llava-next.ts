import { CLIP_LARGE_336, llavaFamily } from '../shapes/llava-family.js'

/** LLaVA-NeXT, also called LLaVA 1.6 (Liu et al. 2024): images in tiles, with a vector for the end of a row. */
export const llavaNext = llavaFamily({
  modelType: 'llava_next',
  name: 'LlavaNext',
  text: { family: 'llama' },
  vision: { family: 'clip_vision_model', whenAbsent: CLIP_LARGE_336 },
  hasNewline: true,
})
