import { visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { sizeInWords } from '../image-grid.js'
import {
  activated,
  attended,
  type Count,
  call,
  convolved,
  give,
  make,
  normed,
  part,
  plus,
  project,
  type Steps,
  set,
  split,
  TOKENS,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { clipLayer } from '../program/vision.js'
import type { FindSense } from '../sense.js'
import { type Grid, gridOf } from './qwen.js'

/** The defaults of `HunYuanVLVisionConfig`. */
export const HUNYUAN_VISION = {
  hidden_size: 1152,
  intermediate_size: 4304,
  num_hidden_layers: 27,
  num_attention_heads: 16,
  patch_size: 16,
}

/** The limits of pixels of the class of its image processor (`HunYuanVLImageProcessor`). */
const LIMITS = { least: 512 * 512, most: 2048 * 2048 }

/** Width, height and the number of the image. */
const LEAST_AXES = 3

/**
 * HunyuanVL (`HunYuanVLVisionTransformer`, transformers 5.24): positions are interpolated, and patches merged, for one image after another. Each
 * row of tokens ends with a learned one, and an image has one before and one behind it.
 */
export const hunyuanVlImages: FindSense = (config, asked, prefix) => {
  const vision = config.object('vision_config')
  const text = config.has('text_config') ? config.object('text_config') : config
  const { hiddenSize, heads, channels, patch } = visionSizes(vision, HUNYUAN_VISION)
  const grid = {
    ...gridOf(vision, asked, { hiddenSize, patch, ...LIMITS }),
    heads,
    pixels: channels * patch ** 2,
  }
  const { patches, rows, columns, merged } = grid
  const tokens = (rows / merged) * (columns / merged + 1) + 2
  const outFeatures = text.positive('hidden_size', 4096)
  const features: Count = ['images', tokens, outFeatures]
  const at = `${prefix}vision_tower`
  const axes = axesOf(text)
  return {
    tokens,
    input: sizeInWords(grid.size),
    buffers: [{ count: ['images', patches, grid.pixels], type: 'float32' }, { count: TOKENS }],
    passes: [at],
    unused: [`${at}.patch_merger.image_sep`],
    returned: ['hidden', 'listed'],
    steps: [
      set('pixels', { op: 'input', count: ['images', patches, grid.pixels], type: 'float32' }),
      set('cast', { op: 'own', of: 'pixels' }),
      set('hidden', call(embeddings(vision, grid), { pixels: 'cast' }, `${at}.embeddings`)),
      { each: `${at}.layers`, carries: 'hidden', kinds: [layer(vision, grid)] },
      {
        parts: 'hidden',
        count: ['images'],
        as: 'item',
        into: 'items',
        steps: [give(call(merger(vision, grid, outFeatures), { hidden: 'item' }, `${at}.patch_merger`))],
      },
      set('merged', { op: 'joined', list: 'items' }),
      { drop: 'cast' },
      split('merged', ['listed'], [features]),
      { drop: 'merged' },
      ...withFeatures({ op: 'concat', of: ['listed'] }, features),
      set('positions', make([axes, ...TOKENS], 'int64')),
    ],
  }
}

/** On how many axes tokens have positions. */
function axesOf(text: ConfigReader): number {
  const rope = text.object(text.has('rope_parameters') ? 'rope_parameters' : 'rope_scaling')
  const axes = (rope.integers('mrope_section') ?? rope.integers('xdrope_section') ?? []).length
  if (axes >= LEAST_AXES) return axes
  throw new RangeError(
    `\`images\`: \`mrope_section\` of \`rope_parameters\` has ${axes} axes, and the code of HunyuanVL stops with fewer than ${LEAST_AXES}: leave \`images\` out to estimate inputs of text only`,
  )
}

/** Patches with the positions of each image, between those that are learned, in float32. */
function embeddings(vision: ConfigReader, { patches, hiddenSize }: Grid): Steps {
  const side = Math.floor(vision.positive('max_image_size', 2048) / vision.positive('patch_size', 16))
  const interpolated: Steps = [
    set('table', part({ op: 'parameter', name: 'position_embedding.weight' }, [side ** 2, hiddenSize])),
    set('table', { op: 'wide', of: 'table' }),
    set('table', { op: 'resize', of: 'table', count: [patches, hiddenSize] }),
    give({ op: 'narrow', of: 'table' }),
  ]
  return [
    set('hidden', convolved('patch_embedding', 'pixels', ['images', patches, hiddenSize])),
    {
      parts: make([0], 'bool'),
      count: ['images'],
      as: 'image',
      into: 'places',
      steps: [give({ op: 'reorder', of: call(interpolated, {}) })],
    },
    set('placed', { op: 'joined', list: 'places', isHeld: true }),
    give(plus('hidden', 'placed')),
  ]
}

/** `HunYuanVLVisionBlock`, whose patches see those of their image. */
function layer(vision: ConfigReader, { hiddenSize, heads, patches }: Grid): Steps {
  const attention: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim: vision.derived('head_dim', hiddenSize / heads),
        batch: [1],
        queries: ['images', patches],
        keys: [patches],
        runs: ['images'],
      }),
    ),
    set('out', project('o_proj', 'out')),
    give('out'),
  ]
  return clipLayer(attention, vision.string('hidden_act', 'gelu'))
}

/** `HunYuanVLVisionPatchMerger`, of one image. */
function merger(vision: ConfigReader, { hiddenSize, rows, columns, merged }: Grid, outFeatures: number): Steps {
  const [height, width] = [rows / merged, columns / merged]
  const one = (name: string, count: Count): Steps[number] =>
    set(name, { op: 'expand', of: { op: 'parameter', name: `image_${name}` }, count })
  return [
    set('hidden', normed('rmsNorm', 'before_rms', 'hidden')),
    set('hidden', convolved('proj_conv', 'hidden', [height, width, 2 * hiddenSize])),
    set('hidden', activated(vision.string('hidden_act', 'gelu'), 'hidden')),
    set('hidden', convolved('proj_out', 'hidden', [height, width, 4 * hiddenSize])),
    one('newline', [height, 4 * hiddenSize]),
    set('hidden', { op: 'concat', of: ['hidden', 'newline'] }),
    { drop: 'newline' },
    set('hidden', project('mlp', 'hidden')),
    one('begin', [outFeatures]),
    one('end', [outFeatures]),
    set('hidden', { op: 'concat', of: ['begin', 'hidden', 'end'] }),
    give(normed('rmsNorm', 'after_rms', 'hidden')),
  ]
}
