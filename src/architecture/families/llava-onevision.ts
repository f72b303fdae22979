import { llavaFamily } from '../shapes/llava-family.js'

/** LLaVA-OneVision (Li et al. 2024, arXiv:2408.03326): Qwen 2 with SigLIP's encoder, for images and video. */
export const llavaOnevision = llavaFamily({
  modelType: 'llava_onevision',
  name: 'LlavaOnevision',
  text: { family: 'qwen2' },
  vision: {
    family: 'siglip_vision_model',
    whenAbsent: {
      hidden_size: 1152,
      intermediate_size: 4304,
      num_hidden_layers: 26,
      num_attention_heads: 16,
      patch_size: 14,
      image_size: 384,
      vision_use_head: false,
    },
  },
  hasNewline: true,
})
