import { attention } from '../blocks/attention.js'
import { convolution } from '../blocks/convolution.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import { sideOf, visionDimensions, visionSizes } from '../blocks/vision.js'
import { container, repeated } from '../module.js'
import { give, set } from '../program/index.js'
import { pixtralEncoder, pixtralSizes } from '../program/pixtral.js'
import { IMAGES, pixels } from '../program/vision.js'
import { bareTower, towerFamily } from '../shapes/tower-family.js'

/** Pixtral's image encoder (Agrawal et al. 2024, arXiv:2410.07073): a gated vision transformer with rotary positions. */
export const pixtral = towerFamily({
  modelType: 'pixtral',
  liger: { isUnrecorded: true },
  name: 'PixtralVision',
  build(config) {
    const sizes = visionSizes(config, {
      hidden_size: 1024,
      intermediate_size: 4096,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      patch_size: 16,
    })
    const { hiddenSize, ffnSize, heads, layers, channels, patch } = sizes
    const headDim = Math.floor(hiddenSize / heads)
    const layer = container('PixtralAttentionLayer', {
      attention_norm: rmsNorm(hiddenSize),
      feed_forward: gatedMlp({ hiddenSize, ffnSize }),
      attention: attention({ hiddenSize, heads, kvHeads: heads, headDim, queriesLast: true }),
      ffn_norm: rmsNorm(hiddenSize),
    })
    const model = container('PixtralVisionModel', {
      patch_conv: convolution(channels, hiddenSize, [patch, patch], { bias: false }),
      ln_pre: rmsNorm(hiddenSize),
      transformer: container('PixtralTransformer', { layers: repeated(layers, layer) }),
    })
    return { classes: bareTower(model), dimensions: { ...visionDimensions(sizes), gatedMlp: true } }
  },
  program(config) {
    const read = pixtralSizes(config)
    const side = sideOf(config, 'image_size', 1024)
    const sizes = { ...read, side, patches: Math.floor(side / read.patch) ** 2 }
    return {
      buffers: [pixels(sizes), { count: [sizes.patches, read.hiddenSize / read.heads], type: 'float32' }],
      says: [`each image has ${side} × ${side} pixels, the largest that the processor makes`],
      steps: [set('pixels', IMAGES(sizes)), ...pixtralEncoder('', { ...sizes, unit: 'batch' }), give('hidden')],
    }
  },
})
