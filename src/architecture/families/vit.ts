import { convolution } from '../blocks/convolution.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { patchesIn, sideOf, visionDimensions, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated } from '../module.js'
import { bertPooling } from '../program/bert.js'
import {
  activated,
  attended,
  call,
  dropping,
  give,
  layerNormed,
  part,
  plus,
  project,
  type Steps,
  set,
} from '../program/index.js'
import { IMAGES, patchesOf, pixels, withClass } from '../program/vision.js'
import { withHead } from '../shapes/model-class.js'
import { towerFamily } from '../shapes/tower-family.js'

/** ViT (Dosovitskiy et al. 2020, arXiv:2010.11929): a transformer over the patches of an image. */
export const vit = towerFamily({
  modelType: 'vit',
  name: 'ViT',
  build(config) {
    const sizes = vitSizes(config)
    const { hiddenSize, ffnSize, layers, channels, patch } = sizes
    const norm = layerNorm(hiddenSize)
    const projection = linear(hiddenSize, hiddenSize, { bias: config.boolean('qkv_bias', true) })
    const dense = (inFeatures: number, outFeatures: number): Module =>
      container('Dense', { dense: linear(inFeatures, outFeatures, { bias: true }) })
    const layer = container('ViTLayer', {
      attention: container(
        'ViTAttention',
        {
          attention: container('ViTSelfAttention', { query: projection, key: projection, value: projection }),
          output: dense(hiddenSize, hiddenSize),
        },
        { part: 'attention' },
      ),
      intermediate: { ...dense(hiddenSize, ffnSize), part: 'mlp' },
      output: { ...dense(ffnSize, hiddenSize), part: 'mlp' },
      layernorm_before: norm,
      layernorm_after: norm,
    })
    const embeddings = (masks: boolean): Module =>
      container(
        'ViTEmbeddings',
        {
          patch_embeddings: container('ViTPatchEmbeddings', {
            projection: convolution(channels, hiddenSize, [patch, patch]),
          }),
        },
        {
          part: 'embedding',
          parameters: {
            cls_token: [1, 1, hiddenSize],
            ...(masks && { mask_token: [1, 1, hiddenSize] }),
            position_embeddings: [1, patchesIn(config, sizes, 224) + 1, hiddenSize],
          },
        },
      )
    const model = ({ pools = false, masks = false }): Module =>
      container('ViTModel', {
        embeddings: embeddings(masks),
        encoder: container('ViTEncoder', { layer: repeated(layers, layer) }),
        layernorm: norm,
        pooler: pools ? dense(hiddenSize, config.derived('pooler_output_size', hiddenSize)) : undefined,
      })
    const stride = config.positive('encoder_stride', 16)
    const labels = labelCount(config)
    return {
      classes: {
        Model: () => model({ pools: true }),
        ForImageClassification: () =>
          withHead('ViTForImageClassification', 'vit', model({}), {
            classifier: labels > 0 ? linear(hiddenSize, labels, { bias: true }) : undefined,
          }),
        ForMaskedImageModeling: () =>
          withHead('ViTForMaskedImageModeling', 'vit', model({ masks: true }), {
            decoder: {
              type: 'Sequential',
              children: { 0: convolution(hiddenSize, stride ** 2 * channels, [1, 1]) },
            },
          }),
      },
      dimensions: visionDimensions(sizes),
    }
  },
  program(config, _, className) {
    if (className !== 'ViTForImageClassification' && className !== 'ViTModel') return undefined
    const { hiddenSize, heads, channels, patch } = vitSizes(config)
    const patches = patchesIn(config, { patch }, 224)
    const activation = config.string('hidden_act', 'gelu')
    const sizes = { hiddenSize, heads, channels, side: sideOf(config, 'image_size', 224), patches, activation }
    const hidden = config.number('hidden_dropout_prob', 0)
    const ofWeights = config.number('attention_probs_dropout_prob', 0)
    const embeddings: Steps = [
      set('sum', patchesOf('patch_embeddings.projection', sizes)),
      set('sum', withClass('cls_token', 'sum', sizes)),
      set('sum', plus('sum', { op: 'parameter', name: 'position_embeddings' })),
      ...dropping(hidden, 'sum'),
      give('sum'),
    ]
    const self: Steps = [
      set('key', project('key', 'hidden')),
      set('value', project('value', 'hidden')),
      set('query', project('query', 'hidden')),
      give(
        attended(['query', 'key', 'value'], {
          heads,
          headDim: hiddenSize / heads,
          queries: [patches + 1],
          dropout: ofWeights,
        }),
      ),
    ]
    const attention: Steps = [
      set('out', call(self, { hidden: 'hidden' }, 'attention')),
      set('out', project('output.dense', 'out')),
      ...dropping(hidden, 'out'),
      give('out'),
    ]
    const layer: Steps = [
      set('normed', layerNormed('layernorm_before', 'hidden')),
      set('out', call(attention, { hidden: 'normed' }, 'attention')),
      set('hidden', plus('out', 'hidden')),
      set('fed', layerNormed('layernorm_after', 'hidden')),
      set(
        'fed',
        call([set('x', project('dense', 'x')), give(activated(activation, 'x'))], { x: 'fed' }, 'intermediate'),
      ),
      give(
        call(
          [set('x', project('dense', 'x')), ...dropping(hidden, 'x'), give(plus('x', 'y'))],
          { x: 'fed', y: 'hidden' },
          'output',
        ),
      ),
    ]
    const model: Steps = [
      set('embedded', call(embeddings, { pixels: 'pixels' }, 'embeddings')),
      set('hidden', 'embedded'),
      { each: 'encoder.layer', carries: 'hidden', kinds: [layer] },
      set('hidden', layerNormed('layernorm', 'hidden')),
    ]
    const pooled: Steps = [set('pooled', call(bertPooling(hiddenSize), { hidden: 'hidden' }, 'pooler')), give('hidden')]
    return {
      buffers: [pixels(sizes)],
      ...(className === 'ViTForImageClassification'
        ? {
            labels: ['batch' as const],
            steps: [
              set('pixels', IMAGES(sizes)),
              set('hidden', call([...model, give('hidden')], { pixels: 'pixels' }, 'vit')),
              set('first', part('hidden', ['batch', hiddenSize])),
              give(project('classifier', 'first')),
            ],
            loss: { op: 'entropy' as const, of: 'result' },
          }
        : { steps: [set('pixels', IMAGES(sizes)), ...model, ...pooled] }),
    }
  },
})

function vitSizes(config: ConfigReader) {
  return visionSizes(config, {
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    patch_size: 16,
  })
}
