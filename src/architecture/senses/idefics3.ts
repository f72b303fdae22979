import { patchesIn, sideOf, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { sizeInWords, USUAL_IMAGE } from '../image-grid.js'
import {
  type Count,
  call,
  copied,
  give,
  layerNormed,
  lookup,
  make,
  plus,
  project,
  type Steps,
  set,
  TOKENS,
} from '../program/index.js'
import { aboutMaskRows } from '../program/mask-rows.js'
import { clipLayerSteps, type ImageSizes, patchesOf, pixelsOf, tilesOf } from '../program/vision.js'
import type { FindSense, ImageSize } from '../sense.js'

/** The published processors enlarge the longer side of an image to so many tiles. */
const LONGEST = 4

/** The most pixels of a side (`MAX_IMAGE_SIZE`). */
const MOST_PIXELS = 4096

/** Tokens around those of an image: `fake_token_around_image`, `row_1_col_1`, ends of lines. */
const AROUND = { whole: 3, tile: 2, row: 1 }

/**
 * Idefics 3 and SmolVLM: tiles of an image and the whole in the size of a tile, each with a mask, and squares of patches in one vector.
 *
 * @param merger - how vectors get into the places of tokens: `scatter` in Idefics 3, `index` in SmolVLM
 */
export function idefics3Images(merger: 'scatter' | 'index'): FindSense {
  return (config, { imageSize = USUAL_IMAGE }, prefix) => {
    const vision = config.object('vision_config')
    const side = sideOf(vision, 'image_size', 224)
    const { rows, columns } = tilesOfImage(imageSize, side)
    const sizes = siglipSizes(vision, side, rows * columns + 1)
    const { patches } = sizes
    const perTile = Math.floor(patches / config.positive('scale_factor', 2) ** 2)
    const features = config.object('text_config').positive('hidden_size', 4096)
    const tiles = tilesOf(sizes)
    const pixels = pixelsOf(sizes)
    const mask: Count = [...tiles, side, side]
    const connector: Steps = [
      set('hidden', { op: 'reorder', of: 'hidden' }),
      set('hidden', { op: 'reorder', of: 'hidden' }),
      set('hidden', call([give(project('proj', 'x'))], { x: 'hidden' }, 'modality_projection')),
      give('hidden'),
    ]
    const encoded: Steps = [
      set('cast', { op: 'own', of: 'pixels' }),
      // Images that are padding are left out: there are none.
      set('zeros', make(pixels, 'bool')),
      { drop: 'zeros' },
      set('real', make(tiles, 'bool')),
      set('cast', copied('cast')),
      set('shown', make(mask, 'int64')),
      set('counted', make([...tiles, patches], 'int64')),
      set('counted', make([...tiles, patches], 'bool')),
      set('seen', call(encoder(sizes), { pixels: 'cast' }, `${prefix}vision_model`)),
      set('seen', call(connector, { hidden: 'seen' }, `${prefix}connector`)),
      give('seen'),
    ]
    const count: Count = [...tiles, perTile, features]
    return {
      tokens: perTile + AROUND.whole + rows * (columns * (perTile + AROUND.tile) + AROUND.row),
      input: sizeInWords(imageSize),
      says: aboutMaskRows(patches, 'each tile of an image'),
      buffers: [{ count: pixels, type: 'float32' }, { count: mask }],
      passes: [`${prefix}vision_model`, `${prefix}connector`],
      returned: ['features'],
      steps: [
        set('pixels', { op: 'input', count: pixels, type: 'float32' }),
        set('features', call(encoded, { pixels: 'pixels' })),
        ...(merger === 'scatter' ? scattered() : indexed(features, [...tiles, perTile], count)),
      ],
    }
  }
}

/** `get_number_of_image_patches`: the sides grow together until the longer one is that of four tiles, and then to whole tiles. */
function tilesOfImage({ width, height }: ImageSize, side: number): { readonly rows: number; readonly columns: number } {
  const longest = LONGEST * side
  const even = (pixels: number): number => pixels + (pixels % 2)
  const ratio = width / height
  const grown: ImageSize =
    width >= height
      ? { width: longest, height: Math.max(even(Math.trunc(longest / ratio)), 1) }
      : { width: Math.max(even(Math.trunc(longest * ratio)), 1), height: longest }
  const whole = bounded(grown)
  return { rows: Math.ceil(whole.height / side), columns: Math.ceil(whole.width / side) }
}

function bounded(image: ImageSize): ImageSize {
  const { width, height } = image
  const ratio = width / height
  if (width >= height && width > MOST_PIXELS)
    return { width: MOST_PIXELS, height: Math.max(Math.trunc(MOST_PIXELS / ratio), 1) }
  if (height > width && height > MOST_PIXELS)
    return { width: Math.max(Math.trunc(MOST_PIXELS * ratio), 1), height: MOST_PIXELS }
  return image
}

/** The sizes of SigLIP's encoder, as Idefics 3 has it. */
export function siglipSizes(vision: ConfigReader, side: number, tiles: number): ImageSizes {
  const read = visionSizes(vision, {
    hidden_size: 1152,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 16,
    patch_size: 32,
  })
  return {
    ...read,
    unit: 'images',
    tiles,
    side,
    patches: patchesIn(vision, read, 224),
    activation: vision.string('hidden_act', 'gelu_pytorch_tanh'),
  }
}

/** SigLIP's encoder for images of any size: the positions of patches are computed, and every kernel gets a mask. */
function encoder(sizes: ImageSizes): Steps {
  const { patches } = sizes
  return [
    set('hidden', { op: 'alsoInput', of: call(placedPatches(sizes), { pixels: 'pixels' }, 'embeddings') }),
    set('first', 'hidden'),
    set('mask', call(pairMask(sizes), {})),
    {
      each: 'encoder.layers',
      carries: 'hidden',
      given: ['mask'],
      kinds: [clipLayerSteps(sizes, [patches], 'mask')],
    },
    set('hidden', layerNormed('post_layernorm', 'hidden')),
    give('hidden'),
  ]
}

/** Patches with the positions that are computed for each (`Idefics3VisionEmbeddings`). */
export function placedPatches(sizes: ImageSizes): Steps {
  const each: Count = [...tilesOf(sizes), sizes.patches]
  return [
    set('patches', patchesOf('patch_embedding', sizes)),
    set('positions', make(each, 'int64')),
    set('sum', plus('patches', lookup('position_embedding', each, 'positions'))),
    give('sum'),
  ]
}

/** `_prepare_4d_attention_mask`: a mask of numbers for each pair of patches. */
export function pairMask(sizes: ImageSizes): Steps {
  const pairs: Count = [...tilesOf(sizes), sizes.patches, sizes.patches]
  return [
    set('expanded', make(pairs, 'model')),
    set('inverted', make(pairs, 'model')),
    set('chosen', make(pairs, 'bool')),
    set('filled', make(pairs, 'model')),
    give('filled'),
  ]
}

/** Idefics 3 puts the vectors into a copy of the embeddings. */
function scattered(): Steps {
  return [
    set('mask', make(TOKENS, 'bool')),
    set('own', { op: 'own', of: 'features' }),
    set('embedded', { op: 'scatter', into: 'embedded', mask: 'mask', of: 'own' }),
    { drop: 'mask' },
    { drop: 'own' },
  ]
}

/** SmolVLM puts the vectors into zeros, by tile and place, and chooses between these and the embeddings. */
function indexed(features: number, places: Count, count: Count): Steps {
  return [
    set('mask', make(TOKENS, 'bool')),
    ...['rows', 'tiles', 'local', 'blocks'].map((name) => set(name, make(TOKENS, 'int64'))),
    set('zeros', make([...TOKENS, features], 'model')),
    set('picked', { op: 'rows', of: 'features', count, by: make([...places, 2], 'int64') }),
    set('zeros', { op: 'put', into: 'zeros', mask: 'mask', of: { op: 'own', of: 'picked' } }),
    { drop: 'picked' },
    set('embedded', { op: 'choose', of: ['zeros', 'embedded'], mask: 'mask' }),
    ...['mask', 'rows', 'tiles', 'local', 'blocks', 'zeros'].map((drop) => ({ drop })),
  ]
}
