import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { siglipTransformer } from '../blocks/siglip.js'
import { tree } from '../blocks/tree.js'
import { multiheadAttention, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { type Module, tower } from '../module.js'
import { ariaImages } from '../senses/aria.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Aria (Li et al. 2024, arXiv:2410.05993): experts that read images with the encoder of Idefics 3, as a fixed number of vectors. */
export const aria = multimodalFamily({
  modelType: 'aria',
  name: 'Aria',
  images: ariaImages,
  text: { family: 'aria_text' },
  beside(config, { text }) {
    const vision = config.object('vision_config').withDefaults({ vision_use_head: false })
    const sizes = visionSizes(vision, {
      hidden_size: 1152,
      intermediate_size: 3072,
      num_hidden_layers: 12,
      num_attention_heads: 16,
      patch_size: 32,
    })
    return {
      vision_tower: tower('vision', siglipTransformer(vision, sizes, {})),
      multi_modal_projector: tower('projector', projector(queries(config), sizes.hiddenSize, text.hiddenSize)),
    }
  },
})

/** The most vectors that an image becomes. */
function queries(config: ConfigReader): number {
  const counts = config.object('projector_patch_to_query_dict')
  return config.has('projector_patch_to_query_dict')
    ? Math.max(...counts.names().map((patches) => counts.positive(patches, 1)))
    : 256
}

/** Learned vectors attend to those of the patches. */
function projector(count: number, width: number, outFeatures: number): Module {
  const square = linear(width, width)
  return tree('AriaProjector', {
    query: [count, width],
    'cross_attn.{q,k,v}_proj': square,
    'cross_attn.multihead_attn': multiheadAttention(width),
    'cross_attn.linear': linear(width, width, { bias: true }),
    'cross_attn.{layer_norm,layer_norm_kv}': layerNorm(width),
    layer_norm: layerNorm(width),
    'feed_forward.linear_in': linear(width, outFeatures),
    'feed_forward.linear_out': linear(outFeatures, outFeatures),
  })
}
