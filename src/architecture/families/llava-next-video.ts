import { CLIP_LARGE_336, llavaFamily } from '../shapes/llava-family.js'

/** LLaVA-NeXT-Video (Zhang et al. 2024, https://llava-vl.github.io): LLaVA-NeXT, which sees a video as pooled images. */
export const llavaNextVideo = llavaFamily({
  modelType: 'llava_next_video',
  name: 'LlavaNextVideo',
  text: { family: 'llama' },
  vision: { family: 'clip_vision_model', whenAbsent: CLIP_LARGE_336 },
  hasNewline: true,
})
