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
  layerNormed,
  make,
  part,
  project,
  type Step,
  type Steps,
  set,
  split,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { patchPixels } from '../program/qwen-vision.js'
import { clipLayer } from '../program/vision.js'
import type { FindSense } from '../sense.js'
import { type Grid, gridOf } from './qwen.js'

/** The defaults of `MiniMaxM3VLVisionConfig`. */
export const MINIMAX_VISION = {
  hidden_size: 1280,
  intermediate_size: 5120,
  num_hidden_layers: 32,
  num_attention_heads: 16,
  patch_size: 14,
}

/** The limits of pixels of the class of its image processor (`MiniMaxM3VLImageProcessor`). */
const LIMITS = { least: 4 * 28 * 28, most: 451_584 }

/** Tokens around those of an image. */
const AROUND = 2

/**
 * MiniMax-M3 (`MiniMaxM3VLVisionModel`, transformers 5.24): CLIP's layers on patches of a grid, of whose heads a part is rotated by frame, row and
 * column. A projector of each patch comes before the one that joins them.
 */
export const minimaxM3VlImages: FindSense = (config, asked, prefix) => {
  const vision = config.object('vision_config')
  const { hiddenSize, heads, channels } = visionSizes(vision, MINIMAX_VISION)
  const read = gridOf(vision, asked, { hiddenSize, patch: 14, ...LIMITS })
  const patch = vision.positive('patch_size', 14)
  const grid = { ...read, heads, pixels: channels * vision.positive('temporal_patch_size', 2) * patch ** 2 }
  const { patches, tokens } = grid
  const outFeatures = config.object('text_config').positive('hidden_size', 6144)
  const features: Count = ['images', tokens, outFeatures]
  const at = `${prefix}vision_tower`
  const all: Count = ['images', patches, hiddenSize]
  const embeddings: Steps = [set('hidden', convolved('proj', { op: 'own', of: 'hidden' }, all)), give('hidden')]
  const table = make(['images', patches, rotatedFeatures(grid)], 'model')
  return {
    tokens: tokens + AROUND,
    input: sizeInWords(grid.size),
    buffers: [{ count: ['images', patches, grid.pixels], type: 'float32' }],
    passes: [at, `${prefix}multi_modal_projector`],
    returned: ['hidden', 'listed'],
    steps: [
      set('pixels', patchPixels(grid)),
      set('first', { op: 'own', of: call(embeddings, { hidden: 'pixels' }, `${at}.embeddings`) }),
      set('places', make(['images', patches, 3], 'int64')),
      set('cos', table),
      set('sin', table),
      set('hidden', layerNormed(`${at}.pre_layrnorm`, 'first')),
      {
        each: `${at}.layers`,
        carries: 'hidden',
        given: ['cos', 'sin'],
        keywords: ['cos', 'sin'],
        kinds: [layer(vision, grid)],
      },
      ...['first', 'places', 'cos', 'sin'].map((drop): Step => ({ drop })),
      set('merged', call(projector, { hidden: 'hidden' }, `${prefix}multi_modal_projector`)),
      split('merged', ['listed'], [features]),
      { drop: 'merged' },
      ...withFeatures({ op: 'concat', of: ['listed'] }, features, { others: 1 }),
    ],
  }
}

/** The features of a head that are rotated: three axes of equal parts. */
const rotatedFeatures = ({ hiddenSize, heads }: Grid): number => 6 * Math.floor(Math.floor(hiddenSize / heads / 3) / 2)

/** Projects each patch, then those that it joins. */
const projector: Steps = [
  set('hidden', project('linear_2', activated('gelu', project('linear_1', 'hidden')))),
  give(project('merge_linear_2', activated('gelu', project('merge_linear_1', 'hidden')))),
]

/** `MiniMaxM3VLVisionEncoderLayer`. */
function layer(vision: ConfigReader, grid: Grid): Steps {
  const { hiddenSize, heads, patches } = grid
  const table = { cos: 'cos', sin: 'sin' }
  const rotated = rotatedFeatures(grid)
  const cut = (of: string, size: number) => part(of, ['images', patches, heads, size])
  const turned = (name: string): Steps => [
    set(`${name} turned`, cut(name, rotated)),
    set(`${name} passed`, cut(name, hiddenSize / heads - rotated)),
  ]
  const joined = (name: string): Step =>
    set(`${name} joined`, { op: 'concat', of: [`${name} turned`, `${name} passed`] })
  const attention: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    ...turned('query'),
    ...turned('key'),
    set('query turned', { op: 'rotate', of: 'query turned', by: ['cos', 'sin'] }),
    set('key turned', { op: 'rotate', of: 'key turned', by: ['cos', 'sin'] }),
    joined('query'),
    joined('key'),
    set('query', 'query joined'),
    set('key', 'key joined'),
    ...['query', 'key'].flatMap((name) =>
      ['turned', 'passed', 'joined'].map((rest): Step => ({ drop: `${name} ${rest}` })),
    ),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        batch: [1],
        queries: ['images', patches],
        keys: [patches],
        runs: ['images'],
        returnsWeights: 'layer',
      }),
    ),
    set('out', project('out_proj', 'out')),
    give('out'),
  ]
  return clipLayer(attention, vision.string('hidden_act', 'gelu'), { given: table })
}
