import { attention } from '../blocks/attention.js'
import { convolution } from '../blocks/convolution.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import { visionDimensions, visionSizes } from '../blocks/vision.js'
import { container, repeated } from '../module.js'
import { bareTower, towerFamily } from '../shapes/tower-family.js'

/** Pixtral's image encoder (Agrawal et al. 2024, arXiv:2410.07073): a gated vision transformer with rotary positions. */
export const pixtral = towerFamily({
  modelType: 'pixtral',
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
      attention: attention({ hiddenSize, heads, kvHeads: heads, headDim }),
      ffn_norm: rmsNorm(hiddenSize),
    })
    const model = container('PixtralVisionModel', {
      patch_conv: convolution(channels, hiddenSize, [patch, patch], { bias: false }),
      ln_pre: rmsNorm(hiddenSize),
      transformer: container('PixtralTransformer', { layers: repeated(layers, layer) }),
    })
    return { classes: bareTower(model), dimensions: { ...visionDimensions(sizes), gatedMlp: true } }
  },
})
