import { convolution } from '../blocks/convolution.js'
import { linear } from '../blocks/linear.js'
import { layerNorm, rmsNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { patchesIn, visionDimensions, visionSizes } from '../blocks/vision.js'
import { container, repeated } from '../module.js'
import { internVitAuthorsProgram } from '../program/intern-vit-authors.js'
import { bareTower, towerFamily } from '../shapes/tower-family.js'

/** InternViT (Chen et al. 2023, arXiv:2312.14238) in the class of its authors, the encoder of the InternVL chat models. */
export const internVit6b = towerFamily({
  modelType: 'intern_vit_6b',
  name: 'InternVision',
  build(config) {
    const sizes = visionSizes(config, {
      hidden_size: 3200,
      intermediate_size: 12_800,
      num_hidden_layers: 48,
      num_attention_heads: 25,
      patch_size: 14,
    })
    const { hiddenSize, ffnSize, layers, channels, patch } = sizes
    const norm = config.string('norm_type', 'rms_norm') === 'rms_norm' ? rmsNorm(hiddenSize) : layerNorm(hiddenSize)
    const headNorm = config.boolean('qk_normalization', true) ? rmsNorm(hiddenSize) : undefined
    const attn = container(
      'InternAttention',
      {
        qkv: linear(hiddenSize, 3 * hiddenSize, { bias: config.boolean('qkv_bias', false) }),
        q_norm: headNorm,
        k_norm: headNorm,
        proj: linear(hiddenSize, hiddenSize, { bias: true }),
      },
      { part: 'attention' },
    )
    const layer = container(
      'InternVisionEncoderLayer',
      { attn, mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] }), norm1: norm, norm2: norm },
      { parameters: { ls1: [hiddenSize], ls2: [hiddenSize] } },
    )
    const positions = patchesIn(config, sizes, 224) + 1
    const model = container('InternVisionModel', {
      embeddings: container(
        'InternVisionEmbeddings',
        { patch_embedding: convolution(channels, hiddenSize, [patch, patch]) },
        {
          part: 'embedding',
          parameters: { class_embedding: [1, 1, hiddenSize], position_embedding: [1, positions, hiddenSize] },
        },
      ),
      encoder: container('InternVisionEncoder', { layers: repeated(layers, layer) }),
    })
    return { classes: bareTower(model), dimensions: visionDimensions(sizes) }
  },
  program: (config) => internVitAuthorsProgram(config),
})
