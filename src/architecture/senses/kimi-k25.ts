import { patchesJoined } from '../blocks/vision.js'
import { sizeInWords, USUAL_IMAGE } from '../image-grid.js'
import {
  activated,
  type Count,
  call,
  convolved,
  give,
  layerNormed,
  make,
  plus,
  project,
  type Step,
  type Steps,
  scaled,
  set,
  split,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { attendedInGrid, gridBlock } from '../program/qwen-vision.js'
import { rotatedInFloat32 } from '../program/wide-rotation.js'
import type { FindSense, ImageSize } from '../sense.js'

/** The limits of the class of its image processor: patches of an image, and of one side (`Kimi_K25ImageProcessor`). */
const MOST_PATCHES = 16_384
const MOST_OF_SIDE = 512

/** The neighbours between which a position is interpolated. */
const NEIGHBOURS = 16

/** The sizes of the encoder. */
interface Sizes {
  readonly hiddenSize: number
  readonly heads: number
  /** Patches of an image. */
  readonly patches: number
}

/**
 * Kimi K2.5 (`Kimi_K25VisionModel`, transformers 5.24): MoonViT on patches of an image, which the code does not cast. Positions are sums of 16
 * neighbours, and patches of a token are gathered in float32.
 */
export const kimiK25Images: FindSense = (config, { imageSize = USUAL_IMAGE }, prefix) => {
  const vision = config.object('vision_config')
  const hiddenSize = vision.positive(['hidden_size', 'vt_hidden_size'], 1152)
  const heads = vision.positive(['num_attention_heads', 'vt_num_attention_heads'], 16)
  const patch = vision.positive('patch_size', 14)
  const [down = 2, across = 2] = vision.integers('merge_kernel_size') ?? []
  const size = padded(imageSize, patch, { down, across })
  const patches = (size.width / patch) * (size.height / patch)
  const sizes = { hiddenSize, heads, patches }
  const joined = patchesJoined(vision, 'merge_kernel_size')
  const tokens = patches / joined
  const features: Count = ['images', tokens, config.object('text_config').positive('hidden_size', 7168)]
  const pixels: Count = ['images', patches, 3, patch, patch]
  const at = `${prefix}vision_tower`
  const all: Count = ['images', patches, hiddenSize]
  const table = make(['images', patches, hiddenSize / heads], 'float32')
  const ffn = project('fc2', activated(vision.string('hidden_act', 'gelu_pytorch_tanh'), project('fc1', 'hidden')))
  return {
    tokens,
    input: sizeInWords(size),
    buffers: [{ count: pixels, type: 'model' }],
    passes: [at, `${prefix}mm_projector`],
    returned: ['hidden', 'listed'],
    steps: [
      set('pixels', { op: 'input', count: pixels, type: 'model' }),
      set('hidden', call(embeddings(all, patches), { pixels: 'pixels' }, `${at}.patch_embed`)),
      set('places', make(['images', patches, 2], 'int64')),
      set('cos', table),
      set('sin', table),
      {
        each: `${at}.layers`,
        carries: 'hidden',
        given: ['cos', 'sin'],
        keywords: ['cos', 'sin'],
        kinds: [gridBlock('layerNorm', attention(sizes), [give(ffn)])],
      },
      set('hidden', layerNormed(`${at}.final_layernorm`, 'hidden')),
      set('pooled', call(gathered(all, patches), { hidden: 'hidden' })),
      ...['places', 'cos', 'sin'].map((drop): Step => ({ drop })),
      set('merged', call(projector, { hidden: 'pooled' }, `${prefix}mm_projector`)),
      split('merged', ['listed'], [features]),
      { drop: 'pooled' },
      { drop: 'merged' },
      ...withFeatures({ op: 'concat', of: ['listed'] }, features, { others: 1, isCounted: false }),
    ],
  }
}

/** An image that is shrunk to the limits, and padded to whole tokens (`navit_resize`). */
function padded(
  { width, height }: ImageSize,
  patch: number,
  { down, across }: { readonly down: number; readonly across: number },
): ImageSize {
  const patchesOf = (side: number): number => Math.max(1, Math.floor(side / patch))
  const scale = Math.min(
    1,
    Math.sqrt(MOST_PATCHES / (patchesOf(width) * patchesOf(height))),
    (MOST_OF_SIDE * patch) / height,
    (MOST_OF_SIDE * patch) / width,
  )
  const fitted = (side: number, merged: number): number => {
    const shrunk = Math.min(Math.max(1, Math.trunc(side * scale)), MOST_OF_SIDE * patch)
    return Math.ceil(shrunk / (merged * patch)) * merged * patch
  }
  return { width: fitted(width, across), height: fitted(height, down) }
}

/** Patches as vectors, with positions between those that are learned, and a sinusoid of their frame. */
function embeddings(all: Count, patches: number): Steps {
  const positions: Steps = [
    set('indices', make(['images', patches, NEIGHBOURS], 'int64')),
    set('shares', make(['images', patches, NEIGHBOURS], 'float32')),
    set('places', {
      op: 'bags',
      parameter: 'position_embeddings',
      by: 'indices',
      shares: 'shares',
      bags: ['images', patches],
      count: all,
    }),
    set('places', plus('places', make(all, 'float32'))),
    give(plus('hidden', { op: 'like', of: 'places', as: 'hidden' })),
  ]
  return [
    set('hidden', convolved('proj', 'pixels', all)),
    set('hidden', call(positions, { hidden: 'hidden' }, 'pos_emb')),
    give('hidden'),
  ]
}

/** Attention of the patches of an image, with layers of their own for queries, keys and values. */
function attention(sizes: Sizes): Steps {
  return [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    ...rotatedInFloat32(),
    ...attendedInGrid(sizes, sizes.patches),
  ]
}

/** The patches of a token side by side, as the mean of its frames (`temporal_merge`). */
function gathered(all: Count, patches: number): Steps {
  return [
    set('places', make(['images', patches], 'int64')),
    set('shares', make(['images', patches], 'float32')),
    set('pooled', make(all, 'float32')),
    set('pooled', { op: 'addRows', into: 'pooled', of: scaled({ op: 'wide', of: 'hidden' }, 'shares'), by: 'places' }),
    give({ op: 'like', of: 'pooled', as: 'hidden' }),
  ]
}

/** `Kimi_K25MultimodalProjection`. */
const projector: Steps = [
  set('hidden', layerNormed('pre_norm', 'hidden')),
  set('hidden', project('in_proj', 'hidden')),
  set('hidden', activated('gelu', 'hidden')),
  set('hidden', project('out_proj', 'hidden')),
  give('hidden'),
]
