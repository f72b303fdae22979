import { CLIP_LARGE_336, llavaFamily } from '../shapes/llava-family.js'

/** LLaVA 1.5 (Liu et al. 2023, arXiv:2310.03744). */
export const llava = llavaFamily({
  modelType: 'llava',
  name: 'Llava',
  text: { family: 'llama' },
  vision: { family: 'clip_vision_model', whenAbsent: CLIP_LARGE_336 },
  hasNewline: false,
})
