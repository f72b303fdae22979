import { patchesIn, sideOf, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { sizeInWords } from '../image-grid.js'
import { tilesByShape } from '../image-tiles.js'
import {
  activated,
  attended,
  call,
  give,
  layerNormed,
  normed,
  part,
  plus,
  project,
  type Steps,
  set,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { type ImageSizes, patchesOf, pixelsOf, tilesOf, withClass } from '../program/vision.js'
import type { FindSense, ImageSize } from '../sense.js'

/** The most tiles of an image (`max_patches` of the published processors). */
const MOST_TILES = 12

/** InternVL 3: images in tiles, a smaller copy of the whole beside them, and squares of patches in one vector. */
export const internvlImages: FindSense = (config, { imageSize }, prefix) => {
  const vision = config.object('vision_config')
  const side = sideOf(vision, 'image_size', 448)
  const sizes = { ...internSizes(vision), side, tiles: tilesOfImage(imageSize ?? { width: side, height: side }, side) }
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

function internSizes(vision: ConfigReader): ImageSizes {
  const read = visionSizes(vision, {
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    patch_size: 14,
  })
  return {
    ...read,
    unit: 'images',
    side: sideOf(vision, 'image_size', 448),
    patches: patchesIn(vision, read, 448),
    activation: vision.string('hidden_act', 'gelu'),
  }
}

/** InternViT (`InternVLVisionModel`): each block's output has a learned scale. */
function internEncoder(vision: ConfigReader, sizes: ImageSizes): Steps {
  const { hiddenSize, heads, patches, activation } = sizes
  const norm = vision.string('norm_type', 'layer_norm') === 'rms_norm' ? 'rmsNorm' : 'layerNorm'
  const hasHeadNorms = vision.boolean('use_qk_norm', false)
  const embeddings: Steps = [
    set(
      'sum',
      call([set('sum', patchesOf('projection', sizes)), give('sum')], { pixels: 'pixels' }, 'patch_embeddings'),
    ),
    set('sum', withClass('cls_token', 'sum', sizes)),
    ...(vision.boolean('use_absolute_position_embeddings', true)
      ? [set('sum', plus('sum', { op: 'parameter', name: 'position_embeddings' }))]
      : []),
    give('sum'),
  ]
  const attention: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    ...(hasHeadNorms
      ? [set('query', normed('rmsNorm', 'q_norm', 'query')), set('key', normed('rmsNorm', 'k_norm', 'key'))]
      : []),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        batch: tilesOf(sizes),
        queries: [patches + 1],
        // Its own eager attention leaves the scores in 16 bits.
        eager: { softmax: 'scores' },
      }),
    ),
    set('projected', project('projection_layer', 'out')),
    give('projected'),
  ]
  const feedForward: Steps = [
    set('hidden', project('fc1', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    set('hidden', project('fc2', 'hidden')),
    give('hidden'),
  ]
  const layer: Steps = [
    set('out', call(attention, { hidden: normed(norm, 'layernorm_before', 'hidden') }, 'attention')),
    set('out', { op: 'multiply', of: [{ op: 'parameter', name: 'lambda_1' }, 'out'] }),
    set('hidden', plus('out', 'hidden')),
    set('fed', normed(norm, 'layernorm_after', 'hidden')),
    set('fed', call(feedForward, { hidden: 'fed' }, 'mlp')),
    set('fed', { op: 'multiply', of: [{ op: 'parameter', name: 'lambda_2' }, 'fed'] }),
    set('fed', plus('fed', 'hidden')),
    give('fed'),
  ]
  return [
    set('embedded', call(embeddings, { pixels: 'pixels' }, 'embeddings')),
    set('hidden', 'embedded'),
    { each: 'encoder.layer', carries: 'hidden', kinds: [layer] },
    ...(vision.boolean('use_mean_pooling', true) ? [] : [set('hidden', layerNormed('layernorm', 'hidden'))]),
    give('hidden'),
  ]
}
