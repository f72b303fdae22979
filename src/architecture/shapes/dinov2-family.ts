import { widthByRatio } from '../blocks/computed-size.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { tree } from '../blocks/tree.js'
import { patchesIn, visionDimensions, visionSizes } from '../blocks/vision.js'
import { VIT_DEFAULTS, vitAttention, vitEmbeddings } from '../blocks/vit.js'
import type { ConfigReader } from '../config-reader.js'
import type { Family } from '../family.js'
import { container, type Module, repeated } from '../module.js'
import { withHead } from './model-class.js'
import { type TowerFamilyOptions, towerFamily } from './tower-family.js'

/** DINOv2 (Oquab et al. 2023, arXiv:2304.07193): ViT whose blocks' outputs are scaled, and its successor with registers. */
export interface Dinov2FamilyOptions extends Omit<TowerFamilyOptions, 'build'> {
  /** The name of the encoder inside the classifier. */
  readonly prefix: string
  readonly patch: number
  /** Whether it has tokens that only hold what the layers put there, and always a token of the mask. */
  readonly hasRegisters: boolean
}

/** A family of DINOv2's encoders. */
export function dinov2Family({ prefix, patch, hasRegisters, ...family }: Dinov2FamilyOptions): Family {
  const { name } = family
  return towerFamily({
    ...family,
    build(config) {
      const stated = visionSizes(config, { ...VIT_DEFAULTS, patch_size: patch })
      const { hiddenSize, layers } = stated
      const sizes = { ...stated, ffnSize: widthByRatio(config, 4, hiddenSize) }
      const masks = hasRegisters || config.boolean('use_mask_token', true)
      const registers = hasRegisters ? config.integer('num_register_tokens', 4) : 0
      const layer = tree(`${name}Layer`, {
        ...vitAttention(config, hiddenSize),
        'norm{1,2}': layerNorm(hiddenSize),
        'layer_scale{1,2}.lambda1': [hiddenSize],
        mlp: feedForward(config, sizes),
      })
      const model = container(`${name}Model`, {
        embeddings: vitEmbeddings(`${name}Embeddings`, sizes, {
          cls_token: [1, 1, hiddenSize],
          mask_token: masks ? [1, hiddenSize] : undefined,
          register_tokens: hasRegisters ? [1, registers, hiddenSize] : undefined,
          position_embeddings: [1, patchesIn(config, sizes, 224) + 1, hiddenSize],
        }),
        encoder: tree(`${name}Encoder`, { layer: repeated(layers, layer) }),
        layernorm: layerNorm(hiddenSize),
      })
      const labels = labelCount(config)
      return {
        classes: {
          Model: () => model,
          Backbone: () => model,
          ForImageClassification: () =>
            withHead(`${name}ForImageClassification`, prefix, model, {
              // The class token beside the mean of the patches.
              classifier: labels > 0 ? linear(2 * hiddenSize, labels, { bias: true }) : undefined,
            }),
        },
        dimensions: visionDimensions(sizes),
      }
    },
  })
}

function feedForward(config: ConfigReader, sizes: { readonly hiddenSize: number; readonly ffnSize: number }): Module {
  if (!config.boolean('use_swiglu_ffn', false)) return plainMlp({ ...sizes, bias: true, names: ['fc1', 'fc2'] })
  // Two thirds of the width, since there are three matrices; in steps of eight.
  const ffnSize = 8 * Math.floor((Math.floor((sizes.ffnSize * 2) / 3) + 7) / 8)
  return tree(
    'SwiGLUFFN',
    {
      weights_in: linear(sizes.hiddenSize, 2 * ffnSize, { bias: true }),
      weights_out: linear(ffnSize, sizes.hiddenSize, { bias: true }),
    },
    'mlp',
  )
}
