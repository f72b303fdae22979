import { convolution } from '../blocks/convolution.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { type Table, tree } from '../blocks/tree.js'
import { sideOf, visionDimensions, visionSizes } from '../blocks/vision.js'
import { VIT_DEFAULTS, vitEmbeddings, vitLayer } from '../blocks/vit.js'
import type { ConfigReader } from '../config-reader.js'
import { type Children, container, type Module, range, repeated } from '../module.js'
import { beitProgram } from '../program/beit.js'
import { vitSizes } from '../program/vit.js'
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
          relative_position_bias: config.boolean('use_shared_relative_position_bias', false)
            ? { type: 'BeitRelativePositionBias', parameters: biases }
            : undefined,
          layer: repeated(layers, layer),
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
        ForSemanticSegmentation: () =>
          withHead(
            'BeitForSemanticSegmentation',
            'beit',
            model({ pools: false }),
            segmentation(config, hiddenSize, labels),
          ),
      },
      dimensions: visionDimensions(sizes),
    }
  },
  program: (config, _, className) =>
    beitProgram(config, className, vitSizes(config, visionSizes(config, VIT_DEFAULTS), 1), 'beit'),
})

/** Pyramids of features of four layers, and heads that label each pixel (UPerNet, arXiv:1807.10221; FCN). */
function segmentation(config: ConfigReader, size: number, labels: number): Children {
  const scales = config.integers('pool_scales')?.length ?? 4
  const block = (from: number, to: number, side: number): Module =>
    tree('BeitConvModule', {
      conv: convolution(from, to, [side, side], { bias: false }),
      bn: { ...layerNorm(to), type: 'BatchNorm2d' },
    })
  const wider = convolution(size, size, [2, 2])
  const channels = config.positive('auxiliary_channels', 256)
  const blocks = config.integer('auxiliary_num_convs', 1)
  const named = (prefix: string, count: number, at: (index: number) => Module): Table =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}.${index}`, at(index)]))
  return {
    fpn1: tree('Sequential', { '{0,3}': wider, 1: { ...layerNorm(size), type: 'BatchNorm2d' } }),
    fpn2: tree('Sequential', { 0: wider }),
    decode_head: tree('BeitUperHead', {
      classifier: convolution(size, labels, [1, 1]),
      ...Object.fromEntries(range(scales).map((index) => [`psp_modules.${index}.1`, block(size, size, 1)])),
      bottleneck: block((1 + scales) * size, size, 3),
      ...named('lateral_convs', 3, () => block(size, size, 1)),
      ...named('fpn_convs', 3, () => block(size, size, 3)),
      fpn_bottleneck: block(4 * size, size, 3),
    }),
    auxiliary_head: config.boolean('use_auxiliary_head', true)
      ? tree('BeitFCNHead', {
          ...named('convs', blocks, (index) => block(index === 0 ? size : channels, channels, 3)),
          conv_cat: config.boolean('auxiliary_concat_input', false) ? block(size + channels, channels, 3) : undefined,
          classifier: convolution(channels, labels, [1, 1]),
        })
      : undefined,
  }
}
