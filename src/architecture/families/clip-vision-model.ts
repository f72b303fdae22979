import { convolution } from '../blocks/convolution.js'
import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { clipLayer, patchesIn, visionDimensions, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { container, repeated } from '../module.js'
import { clipImageTower, clipSizes } from '../program/clip.js'
import { give, project, type Steps, set } from '../program/index.js'
import { IMAGES, pixels } from '../program/vision.js'
import { towerFamily } from '../shapes/tower-family.js'

/** CLIP's image encoder (Radford et al. 2021, arXiv:2103.00020), the tower of LLaVA. */
export const clipVisionModel = towerFamily({
  modelType: 'clip_vision_model',
  name: 'CLIPVision',
  build(config) {
    const sizes = readSizes(config)
    const { hiddenSize, layers, channels, patch } = sizes
    const patch_embedding = convolution(channels, hiddenSize, [patch, patch], { bias: false })
    const vision_model = container('CLIPVisionTransformer', {
      embeddings: container(
        'CLIPVisionEmbeddings',
        // One more position than patches: the class token.
        { patch_embedding, position_embedding: embedding(patchesIn(config, sizes, 224) + 1, hiddenSize) },
        { parameters: { class_embedding: [hiddenSize] }, part: 'embedding' },
      ),
      pre_layrnorm: layerNorm(hiddenSize),
      encoder: container('CLIPEncoder', { layers: repeated(layers, clipLayer('CLIPEncoderLayer', sizes)) }),
      post_layernorm: layerNorm(hiddenSize),
    })
    const visual_projection = { ...linear(hiddenSize, config.integer('projection_dim', 512)), part: 'head' as const }
    return {
      classes: {
        Model: () => container('CLIPVisionModel', { vision_model }),
        ModelWithProjection: () => container('CLIPVisionModelWithProjection', { vision_model, visual_projection }),
      },
      dimensions: visionDimensions(sizes),
    }
  },
  program(config, _, className) {
    const sizes = clipSizes(config)
    const steps: Steps = [
      set('pixels', IMAGES(sizes)),
      ...clipImageTower(sizes),
      ...(className.endsWith('WithProjection') ? [set('vector', project('visual_projection', 'imagePooled'))] : []),
      give('imageHidden'),
    ]
    return { buffers: [pixels(sizes), { count: [sizes.patches + 1] }], steps }
  },
})

function readSizes(config: ConfigReader) {
  return visionSizes(config, {
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    patch_size: 32,
  })
}
