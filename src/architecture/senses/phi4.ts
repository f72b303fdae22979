import { visionSizes } from '../blocks/vision.js'
import { sizeInWords, USUAL_IMAGE } from '../image-grid.js'
import { tilesByShape } from '../image-tiles.js'
import {
  activated,
  type Count,
  call,
  give,
  layerNormed,
  make,
  plus,
  project,
  type Step,
  type Steps,
  set,
  TOKENS,
  written,
} from '../program/index.js'
import { clipLayerSteps, type ImageSizes, pixelsOf } from '../program/vision.js'
import type { FindSense, ImageSize } from '../sense.js'
import { pairMask, placedPatches } from './idefics3.js'

/** The side of a crop and of a patch in pixels, the most crops of an image, and the shortest side it may have on its canvas (the class of its image processor). */
const CROP = 448
const PATCH = 14
const MOST_CROPS = 36
const SHORTEST = 10

/** Patches, and means of them, on a side of a crop. */
const GRID = CROP / PATCH
const MEANS = GRID / 2

/** The defaults of `Phi4MultimodalVisionConfig`. */
export const PHI4_VISION = {
  hidden_size: 1152,
  intermediate_size: 4304,
  num_hidden_layers: 27,
  num_attention_heads: 16,
  patch_size: PATCH,
}

/** The crops of an image, and the means of patches that are no padding. */
interface Canvas {
  readonly columns: number
  readonly rows: number
  readonly width: number
  readonly height: number
  readonly isPadded: boolean
}

/**
 * Phi-4-multimodal (`modeling_phi4_multimodal.py` of transformers 4.57.6): crops of an image on a canvas, behind the whole of it, go through SigLIP; the
 * output of one layer is averaged over neighbours, and the crops are joined without their padding, with a learned vector behind each row.
 */
export const phi4Images: FindSense = (config, { imageSize = USUAL_IMAGE }, prefix) => {
  const vision = config.object('vision_config')
  for (const [name, size] of [
    ['image_size', CROP],
    ['crop_size', CROP],
    ['patch_size', PATCH],
  ] as const)
    if (vision.positive(name, size) !== size)
      throw new RangeError(
        `\`images\`: \`${name}\` of \`vision_config\` is ${vision.positive(name, size)}, but the processor of Phi-4-multimodal makes images for ${size}: leave \`images\` out to estimate inputs of text only`,
      )
  const read = visionSizes(vision, PHI4_VISION)
  const canvas = canvasOf(imageSize)
  const crops = 1 + canvas.columns * canvas.rows
  const sizes: ImageSizes = {
    ...read,
    unit: 'images',
    tiles: crops,
    side: CROP,
    patches: GRID ** 2,
    activation: vision.string('hidden_act', 'gelu_pytorch_tanh'),
  }
  const layer = Number(vision.raw('feature_layer') ?? -2)
  const used = layer < 0 ? read.layers + 1 + layer : layer
  const tokens = MEANS * (MEANS + 1) + 1 + canvas.height * (canvas.width + 1)
  const at = `${prefix}embed_tokens_extend.image_embed`
  const masks: Count = ['images', crops, GRID, GRID]
  const embedded: Steps = [
    set('cast', { op: 'own', of: 'pixels' }),
    set('shown', make(masks, 'bool')),
    set('means', call(encoded(sizes, used, canvas.isPadded), { pixels: 'cast', shown: 'shown' }, 'img_processor')),
    { drop: 'shown' },
    set('merged', written({ kind: 'joinedCrops', crops, side: MEANS, tokens, ...canvas })),
    set('merged', { op: 'like', of: 'merged', as: 'embedded' }),
    set('places', make(['images', tokens, 2], 'int64')),
    give({ op: 'placed', into: 'embedded', of: 'merged', by: 'places' }),
  ]
  return {
    tokens,
    input: sizeInWords(imageSize),
    buffers: [
      { count: pixelsOf(sizes), type: 'float32' },
      { count: masks, type: 'float32' },
    ],
    passes: [at],
    unused: [
      ...Array.from(
        { length: read.layers - used },
        (_, index) => `${at}.img_processor.encoder.layers.${used + index}.`,
      ),
      ...['post_layernorm', 'head'].map((name) => `${at}.img_processor.${name}.`),
    ],
    steps: [
      set('pixels', { op: 'input', count: pixelsOf(sizes), type: 'float32' }),
      set('isImage', make(TOKENS, 'bool')),
      set('isOther', make(TOKENS, 'bool')),
      set('seen', call(embedded, { pixels: 'pixels', embedded: 'embedded' }, at)),
      set('embedded', 'seen'),
      ...['seen', 'isImage', 'isOther'].map((drop): Step => ({ drop })),
    ],
  }
}

/** The encoder, and the means of neighbours in the output of one of its layers. What comes behind that layer is computed, and not used. */
function encoded(sizes: ImageSizes, used: number, isPadded: boolean): Steps {
  const { hiddenSize, heads, patches, tiles = 1 } = sizes
  const mask = isPadded ? 'mask' : undefined
  const all: Count = ['images', tiles, patches]
  const head: Steps = [
    set('unseen', make(all, 'bool')),
    set('pooled', written({ kind: 'probingAttention', heads, patches, batch: ['images', tiles], isMasked: true })),
    { drop: 'unseen' },
    set('residual', 'pooled'),
    set('pooled', layerNormed('layernorm', 'pooled')),
    set('pooled', project('mlp.fc1', 'pooled')),
    set('pooled', project('mlp.fc2', activated(sizes.activation, 'pooled'))),
    give(plus('residual', 'pooled')),
  ]
  const idle = (steps: Steps, given: string, at = ''): Steps[number] =>
    set(given === 'hidden' ? 'normed' : 'pooled', {
      op: 'call',
      ...(at && { at }),
      with: { hidden: given },
      isIdle: true,
      steps,
    })
  return [
    set('first', call(placedPatches(sizes), { pixels: 'pixels' }, 'embeddings')),
    set('unseen', make(all, 'bool')),
    { drop: 'unseen' },
    ...(isPadded ? [set('mask', call(pairMask(sizes), {}))] : []),
    set('hidden', 'first'),
    {
      each: 'encoder.layers',
      carries: 'hidden',
      ...(mask && { given: [mask] }),
      keeps: 'state',
      unusedFrom: used,
      kinds: [clipLayerSteps(sizes, [patches], mask)],
    },
    idle([give(layerNormed('post_layernorm', 'hidden'))], 'hidden'),
    idle(head, 'normed', 'head'),
    { drop: 'first' },
    ...(mask ? [{ drop: mask }] : []),
    give({ op: 'pool', of: `state${used}`, count: ['images', tiles, MEANS ** 2, hiddenSize] }),
  ]
}

/**
 * The canvas of an image (`dynamic_preprocess`).
 *
 * @throws RangeError for an image that the processor refuses
 */
function canvasOf(image: ImageSize): Canvas {
  const [across, down] = [Math.ceil(image.width / CROP), Math.ceil(image.height / CROP)]
  const { columns, rows } =
    across * down > MOST_CROPS
      ? tilesByShape(image, { side: CROP, least: 1, most: MOST_CROPS })
      : { columns: across, rows: down }
  const [wide, high] = [columns * CROP, rows * CROP]
  const [widening, heightening] = [wide / image.width, high / image.height]
  const shown =
    widening < heightening
      ? { width: wide, height: Math.trunc(image.height * widening) }
      : { width: Math.trunc(image.width * heightening), height: high }
  if (Math.min(shown.width, shown.height) < SHORTEST)
    throw new RangeError(
      `\`imageSize\` is ${image.width} × ${image.height}, which Phi-4-multimodal's processor would make ${shown.width} × ${shown.height}, and it refuses fewer than ${SHORTEST} pixels: pass another size`,
    )
  const seen = (whole: number, part: number): number => whole / PATCH - Math.floor((whole - part) / PATCH)
  const [width, height] = [seen(wide, shown.width), seen(high, shown.height)]
  return {
    columns,
    rows,
    width: Math.ceil(width / 2),
    height: Math.ceil(height / 2),
    isPadded: width < columns * GRID || height < rows * GRID,
  }
}
