import { patchesIn, sideOf, type VisionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { activated, attended, call, dropping, give, layerNormed, make, plus, project, scaled, set } from './build.js'
import { firstVector } from './image-classes.js'
import type { Assignment, Operation, Step, Steps, Value } from './steps.js'
import { type ImageSizes, patchEmbeddings, withVectors } from './vision.js'

/** The sizes of ViT, and of the encoders that were copied from it, with their rates of dropout. */
export interface VitSizes extends ImageSizes {
  /** The vectors of an image: its patches, and those that stand for none. */
  readonly tokens: number
  /** The rate of dropout of hidden states. */
  readonly dropout: number
  /** That of the weights of attention. */
  readonly ofWeights: number
}

/**
 * Reads the sizes for a program.
 *
 * @param others - the vectors that stand for no patch
 */
export function vitSizes(
  config: ConfigReader,
  { hiddenSize, heads, channels, patch }: VisionSizes,
  others: number,
): VitSizes {
  const patches = patchesIn(config, { patch }, 224)
  return {
    hiddenSize,
    heads,
    channels,
    side: sideOf(config, 'image_size', 224),
    patches,
    tokens: patches + others,
    activation: config.string('hidden_act', 'gelu'),
    dropout: config.number('hidden_dropout_prob', 0),
    ofWeights: config.number('attention_probs_dropout_prob', 0),
  }
}

/** Learned vectors before those of the patches, and learned positions (`ViTEmbeddings`). */
export const vitEmbeddingSteps = (
  sizes: VitSizes,
  learned: readonly string[] = ['cls_token'],
  isMasked = false,
): Steps => [
  set('sum', patchEmbeddings(sizes)),
  ...(isMasked ? [{ trains: masked(sizes) }] : []),
  set(
    'sum',
    withVectors(
      learned.map((name) => ({ name, count: 1 })),
      'sum',
      sizes,
    ),
  ),
  set('sum', plus('sum', { op: 'parameter', name: 'position_embeddings' })),
  ...dropping(sizes.dropout, 'sum'),
  give('sum'),
]

/** A learned vector in place of the patches that a mask hides, by two products. */
export const masked = ({ patches, hiddenSize }: VitSizes): Assignment[] => [
  set('masks', { op: 'expand', of: { op: 'parameter', name: 'mask_token' }, count: ['batch', patches, hiddenSize] }),
  set('mask', make(['batch', patches], 'model')),
  set('sum', plus(scaled('sum', make(['batch', patches], 'model')), scaled('masks', 'mask'))),
]

/** Attention (`ViTAttention`). */
export function vitAttentionSteps({ hiddenSize, heads, tokens, dropout, ofWeights }: VitSizes): Steps {
  const self: Steps = [
    set('key', project('key', 'hidden')),
    set('value', project('value', 'hidden')),
    set('query', project('query', 'hidden')),
    give(
      attended(['query', 'key', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        queries: [tokens],
        dropout: ofWeights,
      }),
    ),
  ]
  return [
    set('out', call(self, { hidden: 'hidden' }, 'attention')),
    set('out', project('output.dense', 'out')),
    ...dropping(dropout, 'out'),
    give('out'),
  ]
}

/** The first part of the feed-forward network (`ViTIntermediate`). */
export const vitIntermediate = (activation: string, of: Value): Operation =>
  call([set('x', project('dense', 'x')), give(activated(activation, 'x'))], { x: of }, 'intermediate')

/** A layer with a norm before each block (`ViTLayer`). */
export function vitLayerSteps(sizes: VitSizes): Steps {
  const { activation, dropout } = sizes
  const output: Steps = [set('x', project('dense', 'x')), ...dropping(dropout, 'x'), give(plus('x', 'y'))]
  return [
    set('normed', layerNormed('layernorm_before', 'hidden')),
    set('out', call(vitAttentionSteps(sizes), { hidden: 'normed' }, 'attention')),
    set('hidden', plus('out', 'hidden')),
    set('fed', layerNormed('layernorm_after', 'hidden')),
    set('fed', vitIntermediate(activation, 'fed')),
    give(call(output, { x: 'fed', y: 'hidden' }, 'output')),
  ]
}

/** From `pixels` to `hidden`: embeddings, layers, and a norm. */
export const vitModelSteps = (embeddings: Steps, layer: Steps): Steps => [
  set('embedded', call(embeddings, { pixels: 'pixels' }, 'embeddings')),
  set('hidden', 'embedded'),
  { each: 'encoder.layer', carries: 'hidden', kinds: [layer] },
  set('hidden', layerNormed('layernorm', 'hidden')),
]

/** The vector of the whole image through a linear layer and an activation (`ViTPooler`). */
export function vitPooling(config: ConfigReader, sizes: VitSizes): Step {
  const pooler: Steps = [
    set('first', firstVector(sizes)),
    set('pooled', project('dense', 'first')),
    set('pooled', activated(config.string('pooler_act', 'tanh'), 'pooled')),
    give('pooled'),
  ]
  return set('pooled', call(pooler, { hidden: 'hidden' }, 'pooler'))
}

/**
 * A block's output, which is left out for some images at random and made larger for the others (`drop_path`).
 *
 * @param rate - the share of images; at a rate of 0 nothing happens
 */
export function droppedPath(rate: number, of: Value): Value {
  if (rate === 0) return of
  const steps: Steps = [set('random', make(['batch'], 'compute')), give(scaled(scaled('input'), 'random'))]
  return call(steps, { input: of })
}

/** The product with a learned number for each feature (`Dinov2LayerScale`). */
export const layerScaled = (module: string, of: Value): Value =>
  call([give({ op: 'multiply', of: ['x', { op: 'parameter', name: 'lambda1' }] })], { x: of }, module)
