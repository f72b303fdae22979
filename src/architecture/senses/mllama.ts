import { crossingLayers } from '../blocks/mllama.js'
import { patchesIn, sideOf } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import {
  activated,
  attended,
  type Count,
  call,
  give,
  layerNormed,
  lookup,
  make,
  part,
  plus,
  project,
  type Steps,
  set,
  type Value,
} from '../program/index.js'
import { type ImageSizes, patchesOf, pixelsOf, tilesOf, withClass } from '../program/vision.js'
import type { FindSense } from '../sense.js'
import { crossingLayer, crossMask, gate } from './mllama-crossing.js'

/** The vectors of a tile are padded to a multiple of this. */
const STEP = 8

/**
 * Llama 3.2 Vision (`modeling_mllama.py` of transformers 4.57.6): every image is padded to the most tiles. Its vectors do not get among those of
 * tokens: some layers of the language model attend to them.
 */
export const mllamaImages: FindSense = (config, { images }, prefix) => {
  const vision = config.object('vision_config')
  const text = config.object('text_config')
  const sizes = sizesOf(vision)
  const { side, tiles, patches } = sizes
  const vectors = patches + 1
  const at = `${prefix}vision_model`
  const projector = `${prefix}multi_modal_projector`
  const crossing = crossingLayers(text)
  const keys = images * tiles * vectors
  const pairs: Count = ['batch', 'sequence', keys]
  return {
    tokens: 1,
    isResized: true,
    input: `images in ${tiles} tiles of ${side.toLocaleString('en-US')} × ${side.toLocaleString('en-US')} pixels`,
    buffers: [
      { count: pixelsOf(sizes), type: 'float32' },
      { count: ['images', tiles + 1] },
      { count: ['batch', 'sequence', images, tiles] },
    ],
    passes: [at, projector, ...crossing.map((index) => `${prefix}language_model.layers.${index}`)],
    given: ['states', 'mask', 'rows'],
    steps: [],
    ahead: [
      set('pixels', { op: 'input', count: pixelsOf(sizes), type: 'float32' }),
      set('seen', call(encoder(vision, sizes), { pixels: 'pixels' }, at)),
      set('states', project(projector, 'seen')),
      ...crossMask(pairs),
    ],
    crossing: { layers: crossing, steps: crossingLayer(text, keys) },
  }
}

interface MllamaSizes extends ImageSizes {
  readonly tiles: number
  /** Vectors of a tile, with those that pad it. */
  readonly padded: number
}

function sizesOf(vision: ConfigReader): MllamaSizes {
  const patch = vision.positive('patch_size', 14)
  const patches = patchesIn(vision, { patch }, 448)
  return {
    unit: 'images',
    tiles: vision.positive('max_num_tiles', 4),
    hiddenSize: vision.positive('hidden_size', 1280),
    heads: vision.positive(['attention_heads', 'num_attention_heads'], 16),
    channels: vision.integer('num_channels', 3),
    side: sideOf(vision, 'image_size', 448),
    patches,
    padded: Math.ceil((patches + 1) / STEP) * STEP,
    activation: vision.string('hidden_act', 'gelu'),
  }
}

/** `MllamaVisionModel`: layers for the tiles of an image, then gated ones, and the outputs of some of the former beside the last. */
function encoder(vision: ConfigReader, sizes: MllamaSizes): Steps {
  const { hiddenSize, tiles, patches, padded } = sizes
  const layers = vision.integer('num_hidden_layers', 32)
  const chosen = vision.integers('intermediate_layers_indices') ?? [3, 7, 15, 23, 30]
  const states = chosen.map((index) => `state${(index < 0 ? layers + index : index) + 1}`)
  const each = tilesOf(sizes)
  const all: Count = ['images', tiles * padded, tiles * padded]
  const cut = (of: Value, features: number): Value =>
    padded === patches + 1 ? of : part(of, [...each, patches + 1, features])
  const stack = (list: string, keeps: string, isGated: boolean): Steps => [
    { each: list, carries: 'hidden', given: ['mask'], keeps, keepsLayers: true, kinds: [layer(sizes, isGated)] },
    // What the layers return begins behind the first.
    { drop: `${keeps}0` },
  ]
  return [
    set('patches', patchesOf('patch_embedding', sizes)),
    set('hidden', call(ofTiles, { hidden: 'patches' }, 'pre_tile_positional_embedding')),
    set('hidden', withClass('class_embedding', 'hidden', sizes)),
    set('hidden', call(placed, { hidden: 'hidden' }, 'gated_positional_embedding')),
    set('hidden', layerNormed('layernorm_pre', 'hidden')),
    set('hidden', { op: 'pad', of: 'hidden', count: [...each, padded, hiddenSize] }),
    set('product', make(all, 'compute')),
    set('mask', make(all, 'compute')),
    { drop: 'product' },
    ...stack('transformer.layers', 'state', false),
    set('hidden', layerNormed('layernorm_post', 'hidden')),
    set('hidden', call(ofTiles, { hidden: 'hidden' }, 'post_tile_positional_embedding')),
    ...stack('global_transformer.layers', 'global', true),
    set('hidden', cut('hidden', hiddenSize)),
    set('between', { op: 'concat', of: states }),
    set('between', cut('between', hiddenSize * states.length)),
    set('hidden', { op: 'concat', of: ['hidden', 'between'] }),
    give('hidden'),
  ]
}

/** `MllamaPrecomputedAspectRatioEmbedding`. */
const ofTiles: Steps = [
  set('embeddings', lookup('embedding', ['images'])),
  set('embeddings', { op: 'multiply', of: ['embeddings', gate('gate')] }),
  set('hidden', plus('hidden', 'embeddings')),
  give('hidden'),
]

/** `MllamaPrecomputedPositionEmbedding`. */
const placed: Steps = [
  set('gated', {
    op: 'multiply',
    of: [
      { op: 'scale', of: gate('gate') },
      { op: 'parameter', name: 'embedding' },
    ],
  }),
  set('hidden', plus('hidden', 'gated')),
  set('tiles', lookup('tile_embedding', ['images'])),
  set('gatedTiles', { op: 'multiply', of: [gate('gate'), 'tiles'] }),
  set('hidden', plus('hidden', 'gatedTiles')),
  give('hidden'),
]

/** `MllamaVisionEncoderLayer`, which transformers does not recompute. All tiles of an image see each other. */
function layer({ hiddenSize, heads, tiles, padded, activation }: MllamaSizes, isGated: boolean): Steps {
  const attention: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        batch: ['images'],
        queries: [tiles * padded],
        mask: 'mask',
        isMaskForAll: true,
        returnsWeights: 'layer',
      }),
    ),
    set('out', project('o_proj', 'out')),
    give('out'),
  ]
  const feedForward: Steps = [
    set('hidden', project('fc1', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    set('hidden', project('fc2', 'hidden')),
    give('hidden'),
  ]
  const gated = (name: string): Steps =>
    isGated ? [set('hidden', { op: 'multiply', of: [gate(name), 'hidden'] })] : []
  return [
    set('residual', 'hidden'),
    set('hidden', layerNormed('input_layernorm', 'hidden')),
    set('hidden', call(attention, { hidden: 'hidden', mask: 'mask' }, 'self_attn')),
    ...gated('gate_attn'),
    set('hidden', plus('residual', 'hidden')),
    set('residual', 'hidden'),
    set('hidden', layerNormed('post_attention_layernorm', 'hidden')),
    set('hidden', call(feedForward, { hidden: 'hidden' }, 'mlp')),
    ...gated('gate_ffn'),
    set('hidden', plus('residual', 'hidden')),
    give('hidden'),
  ]
}
