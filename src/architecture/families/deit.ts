import { convolution } from '../blocks/convolution.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import { patchesIn, visionDimensions, visionSizes } from '../blocks/vision.js'
import { VIT_DEFAULTS, vitEmbeddings, vitLayer } from '../blocks/vit.js'
import { container, type Module, repeated } from '../module.js'
import { classified, firstVector, imageClasses } from '../program/image-classes.js'
import { give, plus, scaled, set } from '../program/index.js'
import { guessedPixels } from '../program/masked-images.js'
import { vitEmbeddingSteps, vitLayerSteps, vitModelSteps, vitPooling, vitSizes } from '../program/vit.js'
import { withHead } from '../shapes/model-class.js'
import { towerFamily } from '../shapes/tower-family.js'

/** DeiT (Touvron et al. 2020, arXiv:2012.12877): ViT with a token that learns from a teacher. */
export const deit = towerFamily({
  modelType: 'deit',
  name: 'DeiT',
  build(config) {
    const sizes = visionSizes(config, VIT_DEFAULTS)
    const { hiddenSize, layers, channels } = sizes
    const model = ({ pools = false, masks = false }): Module =>
      container('DeiTModel', {
        embeddings: vitEmbeddings('DeiTEmbeddings', sizes, {
          cls_token: [1, 1, hiddenSize],
          distillation_token: [1, 1, hiddenSize],
          mask_token: masks ? [1, 1, hiddenSize] : undefined,
          position_embeddings: [1, patchesIn(config, sizes, 224) + 2, hiddenSize],
        }),
        encoder: tree('DeiTEncoder', { layer: repeated(layers, vitLayer('DeiTLayer', config, sizes)) }),
        layernorm: layerNorm(hiddenSize),
        pooler: pools
          ? tree('DeiTPooler', {
              dense: linear(hiddenSize, config.derived('pooler_output_size', hiddenSize), { bias: true }),
            })
          : undefined,
      })
    const labels = labelCount(config)
    const classifier = labels > 0 ? linear(hiddenSize, labels, { bias: true }) : undefined
    const stride = config.positive('encoder_stride', 16)
    return {
      classes: {
        Model: () => model({ pools: true }),
        ForImageClassification: () => withHead('DeiTForImageClassification', 'deit', model({}), { classifier }),
        ForImageClassificationWithTeacher: () =>
          withHead('DeiTForImageClassificationWithTeacher', 'deit', model({}), {
            cls_classifier: classifier,
            distillation_classifier: classifier,
          }),
        ForMaskedImageModeling: () =>
          withHead('DeiTForMaskedImageModeling', 'deit', model({ masks: true }), {
            decoder: tree('Sequential', { 0: convolution(hiddenSize, stride ** 2 * channels, [1, 1]) }),
          }),
      },
      dimensions: visionDimensions(sizes),
    }
  },
  program(config, _, className) {
    const sizes = vitSizes(config, visionSizes(config, VIT_DEFAULTS), 2)
    const layer = vitLayerSteps(sizes)
    return imageClasses(config, className, {
      name: 'DeiT',
      prefix: 'deit',
      sizes,
      steps: vitModelSteps(vitEmbeddingSteps(sizes, ['cls_token', 'distillation_token']), layer),
      masked: guessedPixels(
        config,
        sizes,
        vitModelSteps(vitEmbeddingSteps(sizes, ['cls_token', 'distillation_token'], true), layer),
      ),
      pooling: [vitPooling(config, sizes)],
      heads: {
        ForImageClassification: [give(classified(config, firstVector(sizes)))],
        ForImageClassificationWithTeacher: [
          set('ofClass', classified(config, firstVector(sizes), 'cls_classifier')),
          set('ofTeacher', classified(config, firstVector(sizes), 'distillation_classifier')),
          give(scaled(plus('ofClass', 'ofTeacher'))),
        ],
      },
    })
  },
})
