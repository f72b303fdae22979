import { sideOf } from '../blocks/vision.js'
import { sizeInWords } from '../image-grid.js'
import { tilesByShape } from '../image-tiles.js'
import { activated, call, give, layerNormed, part, project, type Steps, set } from '../program/index.js'
import { internEncoder, internSizes } from '../program/intern-vit.js'
import { withFeatures } from '../program/placeholders.js'
import { pixelsOf, tilesOf } from '../program/vision.js'
import type { FindSense, ImageSize } from '../sense.js'

/** The most tiles of an image (`max_patches` of the published processors). */
const MOST_TILES = 12

/** InternVL 3: images in tiles, a smaller copy of the whole beside them, and squares of patches in one vector. */
export const internvlImages: FindSense = (config, { imageSize }, prefix) => {
  const vision = config.object('vision_config')
  const side = sideOf(vision, 'image_size', 448)
  const sizes = {
    ...internSizes(vision),
    unit: 'images' as const,
    side,
    tiles: tilesOfImage(imageSize ?? { width: side, height: side }, side),
  }
  const { hiddenSize, patches, tiles } = sizes
  const merged = Math.floor(1 / config.number('downsample_ratio', 0.5))
  const perTile = Math.floor(patches / merged ** 2)
  const tokens = tiles * perTile
  const isCut = config.string('vision_feature_select_strategy', 'default') === 'default'
  const features = config.object('text_config').positive('hidden_size', 4096)
  const at = `${prefix}vision_tower.`
  const projector: Steps = [
    set('hidden', layerNormed('layer_norm', 'hidden')),
    set('hidden', project('linear_1', 'hidden')),
    set('hidden', activated(config.string('projector_hidden_act', 'gelu'), 'hidden')),
    set('hidden', project('linear_2', 'hidden')),
    give('hidden'),
  ]
  const steps: Steps = [
    set('pixels', { op: 'own', of: 'pixels' }),
    set('hidden', call(internEncoder(vision, sizes), { pixels: 'pixels' }, at.slice(0, -1))),
    ...(isCut ? [set('hidden', part('hidden', [...tilesOf(sizes), patches, hiddenSize]))] : []),
    set('shuffled', { op: 'reorder', of: 'hidden' }),
    set('shuffled', { op: 'reorder', of: 'shuffled' }),
    set('hidden', 'shuffled'),
    { drop: 'shuffled' },
    set('hidden', call(projector, { hidden: 'hidden' }, `${prefix}multi_modal_projector`)),
    give('hidden'),
  ]
  return {
    // The processor puts a token before and one behind them.
    tokens: tokens + 2,
    input: sizeInWords(imageSize ?? { width: side, height: side }),
    buffers: [{ count: pixelsOf(sizes), type: 'float32' }],
    passes: [at.slice(0, -1), `${prefix}multi_modal_projector`],
    returned: ['features'],
    steps: [
      set('pixels', { op: 'input', count: pixelsOf(sizes), type: 'float32' }),
      ...withFeatures(call(steps, { pixels: 'pixels' }), ['images', tokens, features]),
    ],
  }
}

function tilesOfImage(image: ImageSize, side: number): number {
  const { columns, rows } = tilesByShape(image, { side, least: 1, most: MOST_TILES })
  const tiles = columns * rows
  return tiles === 1 ? 1 : tiles + 1
}
