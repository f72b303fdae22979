import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { type Table, tree } from '../blocks/tree.js'
import { sideOf, visionDimensions, visionSizes } from '../blocks/vision.js'
import { VIT_DEFAULTS, vitEmbeddings, vitLayer } from '../blocks/vit.js'
import { container, type Module, repeated } from '../module.js'
import { withHead } from '../shapes/model-class.js'
import { towerFamily } from '../shapes/tower-family.js'

/** BEiT (Bao et al. 2021, arXiv:2106.08254): ViT that was trained to guess hidden patches, with relative positions. */
export const beit = towerFamily({
  modelType: 'beit',
  name: 'Beit',
  build(config) {
    const sizes = visionSizes(config, VIT_DEFAULTS)
    const { hiddenSize, layers, heads, patch } = sizes
    const side = Math.floor(sideOf(config, 'image_size', 224) / patch)
    const biases = { relative_position_bias_table: [(2 * side - 1) ** 2 + 3, heads] }
    const ownBias: Table = config.boolean('use_relative_position_bias', false)
      ? {
          'attention.attention.relative_position_bias.relative_position_bias_table':
            biases.relative_position_bias_table,
        }
      : {}
    const scaled = config.number('layer_scale_init_value', 0.1) > 0
    const layer = vitLayer('BeitLayer', config, sizes, {
      'attention.attention.{query,value}': linear(hiddenSize, hiddenSize, { bias: true }),
      'attention.attention.key': linear(hiddenSize, hiddenSize),
      'lambda_{1,2}': scaled ? [hiddenSize] : undefined,
      ...ownBias,
    })
    const means = config.boolean('use_mean_pooling', true)
    const model = ({ pools = true, norms = !means } = {}): Module =>
      container('BeitModel', {
        embeddings: vitEmbeddings('BeitEmbeddings', sizes, {
          cls_token: [1, 1, hiddenSize],
          mask_token: config.boolean('use_mask_token', false) ? [1, 1, hiddenSize] : undefined,
          position_embeddings: config.boolean('use_absolute_position_embeddings', false)
            ? [1, side ** 2 + 1, hiddenSize]
            : undefined,
        }),
        encoder: tree('BeitEncoder', {
          layer: repeated(layers, layer),
          relative_position_bias: config.boolean('use_shared_relative_position_bias', false)
            ? { type: 'BeitRelativePositionBias', parameters: biases }
            : undefined,
        }),
        layernorm: norms ? layerNorm(hiddenSize) : undefined,
        pooler: pools ? tree('BeitPooler', { layernorm: means ? layerNorm(hiddenSize) : undefined }) : undefined,
      })
    const labels = labelCount(config)
    return {
      classes: {
        Model: () => model(),
        Backbone: () => model({ pools: false, norms: false }),
        ForImageClassification: () =>
          withHead('BeitForImageClassification', 'beit', model(), {
            classifier: labels > 0 ? linear(hiddenSize, labels, { bias: true }) : undefined,
          }),
        ForMaskedImageModeling: () =>
          withHead('BeitForMaskedImageModeling', 'beit', model({ pools: false }), {
            layernorm: layerNorm(hiddenSize),
            lm_head: linear(hiddenSize, config.positive('vocab_size', 8192), { bias: true }),
          }),
      },
      dimensions: visionDimensions(sizes),
    }
  },
})
