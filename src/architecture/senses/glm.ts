import type { ConfigReader } from '../config-reader.js'
import { sizeInWords, USUAL_IMAGE } from '../image-grid.js'
import {
  activated,
  type Count,
  call,
  convolved,
  give,
  layerNormed,
  make,
  normed,
  plus,
  project,
  type Steps,
  set,
  split,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { embeddedPatches, gridAngles, gridAttention, gridBlock, patchPixels } from '../program/qwen-vision.js'
import type { FindSense } from '../sense.js'
import { type Grid, gatedFeedForward, gridOf } from './qwen.js'

/** The processor's limits are of the pixels of two frames, as which it takes an image. */
export const LIMITS = { least: (112 * 112) / 2, most: (28 * 28 * 15_000) / 2 }

/** The narrowest side, and the most times that one side may be longer. */
const NARROWEST = 28
export const LONGEST_RATIO = 200

/**
 * GLM-4.1V and GLM-4.5V (`Glm4vVisionModel`, transformers 4.57.6): Qwen's blocks, learned positions between which the places of patches are
 * interpolated in float32, and a convolution that joins patches.
 */
export const glmImages: FindSense = (config, asked, prefix) => {
  const { width, height } = asked.imageSize ?? USUAL_IMAGE
  if (Math.min(width, height) < NARROWEST || Math.max(width, height) / Math.min(width, height) > LONGEST_RATIO)
    throw new RangeError(
      `\`imageSize\` is ${width} × ${height}, but the processor of GLM refuses sides below ${NARROWEST} pixels, and one more than ${LONGEST_RATIO} times the other: pass another size`,
    )
  const vision = config.object('vision_config')
  const hiddenSize = vision.positive('hidden_size', 1536)
  const grid = gridOf(vision, asked, { hiddenSize, heads: 12, patch: 14, ...LIMITS })
  const { patches, tokens } = grid
  const outFeatures = vision.integer('out_hidden_size', 4096)
  const side = Math.floor(vision.positive('image_size', 336) / vision.positive('patch_size', 14))
  const features: Count = ['images', tokens, outFeatures]
  const gated = gatedFeedForward(vision)
  const encoder: Steps = [
    set('hidden', embeddedPatches(grid)),
    set('hidden', normed('rmsNorm', 'post_conv_layernorm', 'hidden')),
    ...gridAngles(grid, (of) => of),
    set('hidden', call(placed(grid), { hidden: 'hidden' }, 'embeddings')),
    {
      each: 'blocks',
      carries: 'hidden',
      given: ['cos', 'sin'],
      kinds: [gridBlock('rmsNorm', gridAttention(grid, patches), gated)],
    },
    set('hidden', normed('rmsNorm', 'post_layernorm', 'hidden')),
    set('hidden', convolved('downsample', 'hidden', features)),
    set('hidden', call(glmMerger(vision), { hidden: 'hidden' }, 'merger')),
    give('hidden'),
  ]
  const seen: Steps = [
    set('pixels', { op: 'own', of: 'pixels' }),
    set('image', call(encoder, { pixels: 'pixels' }, `${prefix}visual`)),
    split('image', ['listed'], [features]),
    give('listed'),
  ]
  return {
    tokens,
    input: sizeInWords(grid.size),
    buffers: [
      { count: ['images', patches, grid.pixels], type: 'float32' },
      { count: [Math.floor(hiddenSize / grid.heads / 4)], type: 'float32' },
      { count: [side ** 2] },
    ],
    passes: [`${prefix}visual`],
    steps: [
      set('pixels', patchPixels(grid)),
      ...withFeatures({ op: 'concat', of: [call(seen, { pixels: 'pixels' })] }, features, { others: 1 }),
    ],
  }
}

/** Joined patches as tokens, in a network with a gate. */
export const glmMerger = (vision: ConfigReader): Steps => [
  set('hidden', project('proj', 'hidden')),
  set('hidden', activated('gelu', layerNormed('post_projection_norm', 'hidden'))),
  ...gatedFeedForward(vision),
]

/**
 * Positions between those that are learned, for each patch by its place in the image (`Glm4vVisionEmbeddings`).
 *
 * @param counters - integers for each patch that the code holds besides
 */
export function placed({ patches, hiddenSize }: Grid, counters = 0): Steps {
  const each: Count = ['images', patches]
  return [
    ...Array.from({ length: counters }, (_, index) => set(`counter${index}`, make(each, 'int64'))),
    set('table', { op: 'wide', of: { op: 'parameter', name: 'position_embedding.weight' } }),
    ...['rows', 'columns', 'x', 'y', 'tall', 'broad'].map((name) => set(name, make(each, 'float32'))),
    set('grid', make([...each, 2], 'float32')),
    set('wide', { op: 'sample', of: 'table', by: 'grid', count: [...each, hiddenSize] }),
    set('places', { op: 'own', of: 'wide' }),
    set('hidden', plus('hidden', 'places')),
    give('hidden'),
  ]
}
