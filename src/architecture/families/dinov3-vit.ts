import { convolution } from '../blocks/convolution.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import { visionDimensions, visionSizes } from '../blocks/vision.js'
import { container, repeated } from '../module.js'
import { bareTower, towerFamily } from '../shapes/tower-family.js'

/** DINOv3 (Siméoni et al. 2025, arXiv:2508.10104): DINOv2 with rotary positions. */
export const dinov3Vit = towerFamily({
  modelType: 'dinov3_vit',
  name: 'DINOv3ViT',
  build(config) {
    const sizes = visionSizes(config, {
      hidden_size: 384,
      intermediate_size: 1536,
      num_hidden_layers: 12,
      num_attention_heads: 6,
      patch_size: 16,
    })
    const { hiddenSize, ffnSize, layers, channels, patch } = sizes
    const projection = (field: string, absent: boolean) =>
      linear(hiddenSize, hiddenSize, { bias: config.boolean(field, absent) })
    const bias = config.boolean('mlp_bias', true)
    const up = linear(hiddenSize, ffnSize, { bias })
    const layer = tree('DINOv3ViTLayer', {
      'norm{1,2}': layerNorm(hiddenSize),
      'layer_scale{1,2}.lambda1': [hiddenSize],
      'attention.q_proj': projection('query_bias', true),
      'attention.k_proj': projection('key_bias', false),
      'attention.v_proj': projection('value_bias', true),
      'attention.o_proj': projection('proj_bias', true),
      'mlp.gate_proj': config.boolean('use_gated_mlp', false) ? up : undefined,
      'mlp.up_proj': up,
      'mlp.down_proj': linear(ffnSize, hiddenSize, { bias }),
    })
    const model = container('DINOv3ViTModel', {
      embeddings: tree('DINOv3ViTEmbeddings', {
        '{cls,mask}_token': [1, 1, hiddenSize],
        register_tokens: [1, config.integer('num_register_tokens', 0), hiddenSize],
        patch_embeddings: convolution(channels, hiddenSize, [patch, patch]),
      }),
      layer: repeated(layers, layer),
      norm: layerNorm(hiddenSize),
    })
    return { classes: bareTower(model), dimensions: visionDimensions(sizes) }
  },
})
