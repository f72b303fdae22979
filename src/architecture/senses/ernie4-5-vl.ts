import type { ConfigReader } from '../config-reader.js'
import { sizeInWords } from '../image-grid.js'
import {
  activated,
  type Count,
  call,
  give,
  layerNormed,
  make,
  normed,
  project,
  type Step,
  type Steps,
  set,
  split,
  TOKENS,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { gridAttention, gridBlock, patchPixels } from '../program/qwen-vision.js'
import type { FindSense } from '../sense.js'
import { type Grid, gridOf } from './qwen.js'

/** The ends of the names of the parameters that tokens of images alone reach. */
export const ERNIE_IMAGE_EXPERTS = ['gate.weight', 'experts.gate_up_proj', 'experts.down_proj'].map(
  (name) => `.vision_moe.${name}`,
)

/** The limits of pixels of the class of its image processor (`Ernie4_5_VLMoeImageProcessor`). */
const LIMITS = { least: 56 * 56, most: 28 * 28 * 6177 }

/** Tokens before and behind those of an image, which its text has and the experts for images get too (`create_moe_mm_token_type_ids`). */
const AROUND = 2

/**
 * ERNIE 4.5 VL (`Ernie4_5_VLMoeVisionTransformerPretrainedModel`, transformers 5.24): patches of a grid, whose squares are joined, and then frames
 * that follow one another: an image is joined with itself. Tokens of images have experts of their own.
 */
export const ernie45VlImages: FindSense = (config, asked, prefix) => {
  const vision = config.object('vision_config')
  const hiddenSize = vision.positive('hidden_size', 1280)
  const read = gridOf(vision, asked, { hiddenSize, patch: 14, ...LIMITS })
  // The patches of an image have one frame, whatever `temporal_patch_size` another family has.
  const grid = { ...read, pixels: vision.integer('in_channels', 3) * vision.positive('patch_size', 14) ** 2 }
  const { patches, tokens, heads } = grid
  const features: Count = ['images', tokens, config.object('text_config').positive('hidden_size', 2560)]
  const at = `${prefix}vision_tower`
  const table = make(['images', patches, hiddenSize / heads], 'float32')
  const embedded: Steps = [give(project('proj', { op: 'own', of: 'pixels' }))]
  return {
    tokens: tokens + AROUND,
    input: sizeInWords(grid.size),
    buffers: [{ count: ['images', patches, grid.pixels], type: 'float32' }, { count: TOKENS }, { count: TOKENS }],
    passes: [at, `${prefix}resampler_model`],
    numbersTokens: true,
    ownExperts: ERNIE_IMAGE_EXPERTS,
    returned: ['hidden', 'listed'],
    steps: [
      set('pixels', patchPixels(grid)),
      set('places', make(['images', patches, 2], 'int64')),
      set('hidden', { op: 'alsoInput', of: call(embedded, { pixels: 'pixels' }, `${at}.patch_embed`) }),
      set('cos', table),
      set('sin', table),
      {
        each: `${at}.blocks`,
        carries: 'hidden',
        given: ['cos', 'sin'],
        keywords: ['cos', 'sin'],
        kinds: [gridBlock('layerNorm', gridAttention(grid, patches), feedForward(vision))],
      },
      set('hidden', layerNormed(`${at}.ln`, 'hidden')),
      ...['places', 'cos', 'sin'].map((drop): Step => ({ drop })),
      set('merged', call(resampler(grid), { hidden: 'hidden' }, `${prefix}resampler_model`)),
      split('merged', ['listed'], [features]),
      { drop: 'merged' },
      ...withFeatures({ op: 'concat', of: ['listed'] }, features, { others: 1, isCounted: false }),
    ],
  }
}

const feedForward = (vision: ConfigReader): Steps => [
  give(project('fc2', activated(vision.string('hidden_act', 'quick_gelu'), project('fc1', 'hidden')))),
]

/** `Ernie4_5_VLMoeVariableResolutionResamplerModel`. */
function resampler({ tokens, merged, hiddenSize }: Grid): Steps {
  const count: Count = ['images', tokens, hiddenSize * merged ** 2]
  const network: Steps = [
    set('hidden', project('fc1', 'hidden')),
    set('hidden', activated('gelu', 'hidden')),
    set('hidden', project('fc2', 'hidden')),
    give(layerNormed('ln', 'hidden')),
  ]
  // The places of the frames are made on the CPU, and copied.
  const frames: Steps = [
    set('first', make(['images', tokens], 'int64')),
    set('second', make(['images', tokens], 'int64')),
    give({
      op: 'concat',
      of: [
        { op: 'rows', of: 'hidden', count, by: 'first' },
        { op: 'rows', of: 'hidden', count, by: 'second' },
      ],
    }),
  ]
  return [
    set('hidden', call(network, { hidden: 'hidden' }, 'spatial_linear')),
    set('hidden', call(frames, { hidden: 'hidden' })),
    set('hidden', call(network, { hidden: 'hidden' }, 'temporal_linear')),
    set('hidden', project('mlp', 'hidden')),
    give(normed('rmsNorm', 'after_norm', 'hidden')),
  ]
}
