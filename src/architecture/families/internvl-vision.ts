import { convolution } from '../blocks/convolution.js'
import { linear } from '../blocks/linear.js'
import { layerNorm, rmsNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { patchesIn, visionDimensions, visionSizes } from '../blocks/vision.js'
import { container, repeated } from '../module.js'
import { set } from '../program/index.js'
import { internEncoder, internSizes } from '../program/intern-vit.js'
import { IMAGES, pixels } from '../program/vision.js'
import { bareTower, towerFamily } from '../shapes/tower-family.js'

/** InternVL's image encoder, InternViT (Chen et al. 2023, arXiv:2312.14238): each block's output has a learned scale. */
export const internvlVision = towerFamily({
  modelType: 'internvl_vision',
  name: 'InternVLVision',
  build(config) {
    const sizes = visionSizes(config, {
      hidden_size: 1024,
      intermediate_size: 4096,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      patch_size: 14,
    })
    const { hiddenSize, ffnSize, layers, channels, patch } = sizes
    const bias = config.boolean('attention_bias', false)
    const norm = config.string('norm_type', 'layer_norm') === 'rms_norm' ? rmsNorm(hiddenSize) : layerNorm(hiddenSize)
    const headNorm = config.boolean('use_qk_norm', false) ? rmsNorm(hiddenSize) : undefined
    const projection = linear(hiddenSize, hiddenSize, { bias })
    const attention = container(
      'InternVLVisionAttention',
      {
        q_proj: projection,
        k_proj: projection,
        v_proj: projection,
        projection_layer: linear(hiddenSize, hiddenSize, { bias: true }),
        q_norm: headNorm,
        k_norm: headNorm,
      },
      { part: 'attention' },
    )
    const layer = container(
      'InternVLVisionLayer',
      {
        attention,
        mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] }),
        layernorm_before: norm,
        layernorm_after: norm,
      },
      { parameters: { lambda_1: [hiddenSize], lambda_2: [hiddenSize] } },
    )
    const positions = patchesIn(config, sizes, 448) + 1
    const embeddings = container(
      'InternVLVisionEmbeddings',
      {
        patch_embeddings: container('InternVLVisionPatchEmbeddings', {
          projection: convolution(channels, hiddenSize, [patch, patch]),
        }),
      },
      {
        part: 'embedding',
        parameters: {
          cls_token: [1, 1, hiddenSize],
          ...(config.boolean('use_mask_token', false) && { mask_token: [1, 1, hiddenSize] }),
          ...(config.boolean('use_absolute_position_embeddings', true) && {
            position_embeddings: [1, positions, hiddenSize],
          }),
        },
      },
    )
    const model = container('InternVLVisionModel', {
      embeddings,
      encoder: container('InternVLVisionEncoder', { layer: repeated(layers, layer) }),
      layernorm: config.boolean('use_mean_pooling', true) ? undefined : layerNorm(hiddenSize),
    })
    return { classes: bareTower(model), dimensions: visionDimensions(sizes) }
  },
  program(config) {
    const sizes = internSizes(config)
    return {
      buffers: [pixels(sizes)],
      steps: [set('pixels', IMAGES(sizes)), ...internEncoder(config, sizes)],
    }
  },
})
