import { clipEncoder, siglipEncoder } from '../senses/encoders.js'
import { tiledLlavaImages } from '../senses/llava-next.js'
import { llavaFamily } from '../shapes/llava-family.js'

/** SigLIP's encoder for images of 384 pixels without its last layer, the tower of a config without `vision_config`. */
const SIGLIP_384 = {
  hidden_size: 1152,
  intermediate_size: 4304,
  num_hidden_layers: 26,
  num_attention_heads: 16,
  patch_size: 14,
  image_size: 384,
  vision_use_head: false,
}

/** The sides of the canvases in tiles. */
const SIDES = [1, 2, 3, 4, 5, 6]

/** LLaVA-OneVision (Li et al. 2024, arXiv:2408.03326): Qwen 2 with SigLIP's encoder, for images and video. */
export const llavaOnevision = llavaFamily({
  modelType: 'llava_onevision',
  name: 'LlavaOnevision',
  images: tiledLlavaImages({
    encoders: { clip_vision_model: clipEncoder, siglip_vision_model: siglipEncoder },
    usual: 'siglip_vision_model',
    whenAbsent: SIGLIP_384,
    layer: -1,
    strategy: 'full',
    canvases: SIDES.flatMap((rows) => SIDES.map((columns) => [rows, columns] as const)),
    isLimited: true,
  }),
  text: { family: 'qwen2' },
  vision: {
    family: 'siglip_vision_model',
    whenAbsent: SIGLIP_384,
  },
  hasNewline: true,
})
