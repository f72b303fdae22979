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
import { classified, firstVector, imageClasses } from '../program/image-classes.js'
import {
  activated,
  call,
  dropping,
  give,
  layerNormed,
  part,
  plus,
  project,
  type Steps,
  set,
  split,
} from '../program/index.js'
import { patchEmbeddings, withClass } from '../program/vision.js'
import {
  droppedPath,
  layerScaled,
  type VitSizes,
  vitAttentionSteps,
  vitEmbeddingSteps,
  vitModelSteps,
  vitSizes,
} from '../program/vit.js'
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
        norm1: layerNorm(hiddenSize),
        ...vitAttention(config, hiddenSize),
        'layer_scale1.lambda1': [hiddenSize],
        norm2: layerNorm(hiddenSize),
        mlp: feedForward(config, sizes),
        'layer_scale2.lambda1': [hiddenSize],
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
    program(config, _, className) {
      const registers = hasRegisters ? config.integer('num_register_tokens', 4) : 0
      const sizes = vitSizes(config, visionSizes(config, { ...VIT_DEFAULTS, patch_size: patch }), 1 + registers)
      return imageClasses(config, className, {
        name,
        prefix,
        sizes,
        // Only masked images use it.
        untrained: ['embeddings.mask_token'],
        steps: vitModelSteps(
          hasRegisters ? embeddingsWith(sizes, registers) : vitEmbeddingSteps(sizes),
          layerSteps(config, sizes),
        ),
        heads: {
          // The class token beside the mean of the patches.
          ForImageClassification: [
            set('first', firstVector(sizes)),
            set('patches', part('hidden', ['batch', sizes.patches, sizes.hiddenSize])),
            set('input', {
              op: 'concat',
              of: ['first', { op: 'mean', of: 'patches', count: ['batch', sizes.hiddenSize] }],
            }),
            give(classified(config, 'input')),
          ],
        },
      })
    },
  })
}

/** Registers stand between the vector of the whole image and the patches, and have no positions. */
function embeddingsWith(sizes: VitSizes, registers: number): Steps {
  const { hiddenSize, patches, dropout } = sizes
  return [
    set('sum', patchEmbeddings(sizes)),
    set('sum', withClass('cls_token', 'sum', sizes)),
    set('sum', plus('sum', { op: 'parameter', name: 'position_embeddings' })),
    set('sum', {
      op: 'concat',
      of: [
        part('sum', ['batch', hiddenSize]),
        { op: 'expand', of: { op: 'parameter', name: 'register_tokens' }, count: ['batch', registers, hiddenSize] },
        part('sum', ['batch', patches, hiddenSize]),
      ],
    }),
    ...dropping(dropout, 'sum'),
    give('sum'),
  ]
}

/** `Dinov2Layer`: ViT's layer, in which the output of each block has a learned scale and may be left out. */
function layerSteps(config: ConfigReader, sizes: VitSizes): Steps {
  const rate = config.number('drop_path_rate', 0)
  return [
    set('normed', layerNormed('norm1', 'hidden')),
    set('out', call(vitAttentionSteps(sizes), { hidden: 'normed' }, 'attention')),
    set('out', layerScaled('layer_scale1', 'out')),
    set('hidden', plus(droppedPath(rate, 'out'), 'hidden')),
    set('fed', layerNormed('norm2', 'hidden')),
    set('fed', call(feedForwardSteps(config, sizes), { x: 'fed' }, 'mlp')),
    set('fed', layerScaled('layer_scale2', 'fed')),
    give(plus(droppedPath(rate, 'fed'), 'hidden')),
  ]
}

function feedForwardSteps(config: ConfigReader, { activation, tokens, hiddenSize }: VitSizes): Steps {
  if (!config.boolean('use_swiglu_ffn', false))
    return [set('x', project('fc1', 'x')), set('x', activated(activation, 'x')), give(project('fc2', 'x'))]
  const half = ['batch', tokens, gatedSize(Math.floor(hiddenSize * config.number('mlp_ratio', 4)))] as const
  return [
    set('x', project('weights_in', 'x')),
    split('x', ['gate', 'up'], [half, half]),
    set('x', { op: 'multiply', of: [activated('silu', 'gate'), 'up'] }),
    give(project('weights_out', 'x')),
  ]
}

function feedForward(config: ConfigReader, sizes: { readonly hiddenSize: number; readonly ffnSize: number }): Module {
  if (!config.boolean('use_swiglu_ffn', false)) return plainMlp({ ...sizes, bias: true, names: ['fc1', 'fc2'] })
  const ffnSize = gatedSize(sizes.ffnSize)
  return tree(
    'SwiGLUFFN',
    {
      weights_in: linear(sizes.hiddenSize, 2 * ffnSize, { bias: true }),
      weights_out: linear(ffnSize, sizes.hiddenSize, { bias: true }),
    },
    'mlp',
  )
}

/** Two thirds of the width, since there are three matrices; in steps of eight. */
const gatedSize = (ffnSize: number): number => 8 * Math.floor((Math.floor((ffnSize * 2) / 3) + 7) / 8)
