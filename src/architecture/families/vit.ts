import { convolution } from '../blocks/convolution.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { patchesIn, visionDimensions, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated } from '../module.js'
import { classified, firstVector, imageClasses } from '../program/image-classes.js'
import { give, set } from '../program/index.js'
import { guessedPixels } from '../program/masked-images.js'
import { vitEmbeddingSteps, vitLayerSteps, vitModelSteps, vitPooling, vitSizes } from '../program/vit.js'
import { withHead } from '../shapes/model-class.js'
import { towerFamily } from '../shapes/tower-family.js'

/** ViT (Dosovitskiy et al. 2020, arXiv:2010.11929): a transformer over the patches of an image. */
export const vit = towerFamily({
  modelType: 'vit',
  name: 'ViT',
  build(config) {
    const sizes = readSizes(config)
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
    const sizes = vitSizes(config, readSizes(config), 1)
    const layer = vitLayerSteps(sizes)
    return imageClasses(config, className, {
      name: 'ViT',
      prefix: 'vit',
      sizes,
      steps: vitModelSteps(vitEmbeddingSteps(sizes), layer),
      masked: guessedPixels(config, sizes, vitModelSteps(vitEmbeddingSteps(sizes, ['cls_token'], true), layer)),
      pooling: [vitPooling(config, sizes)],
      heads: { ForImageClassification: [set('first', firstVector(sizes)), give(classified(config, 'first'))] },
    })
  },
})

function readSizes(config: ConfigReader) {
  return visionSizes(config, {
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    patch_size: 16,
  })
}
