import { patchesIn, sideOf, visionSizes } from '../blocks/vision.js'
import { sizeInWords, USUAL_IMAGE } from '../image-grid.js'
import { bestFit } from '../image-tiles.js'
import {
  activated,
  attended,
  type Count,
  call,
  copied,
  give,
  layerNormed,
  make,
  part,
  plus,
  project,
  type Steps,
  set,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { type ImageSizes, pixelsOf, tilesOf, withVectors } from '../program/vision.js'
import { rotatedInFloat32 } from '../program/wide-rotation.js'
import type { FindSense } from '../sense.js'

/** The most tiles of an image (`max_patches` of the processor). */
const MOST_TILES = 16

/** The defaults of `Llama4VisionConfig`. */
export const LLAMA4_VISION = {
  hidden_size: 768,
  intermediate_size: 5632,
  num_hidden_layers: 34,
  num_attention_heads: 16,
  patch_size: 14,
}

/** Llama 4: tiles of an image and the whole in the size of a tile, and squares of patches in one vector (pixel shuffle). */
export const llama4Images: FindSense = (config, { imageSize = USUAL_IMAGE }, prefix) => {
  const vision = config.object('vision_config')
  const read = visionSizes(vision, LLAMA4_VISION)
  const side = sideOf(vision, 'image_size', 448)
  const { columns, rows } = bestFit(imageSize, { side, most: MOST_TILES })
  const cut = columns * rows
  const tiles = cut === 1 ? 1 : cut + 1
  const patches = patchesIn(vision, read, 448)
  const sizes: ImageSizes = { ...read, unit: 'images', tiles, side, patches, activation: 'gelu' }
  const perTile = Math.floor(patches / Math.round(1 / vision.number('pixel_shuffle_ratio', 0.5) ** 2))
  const features: Count = [...tilesOf(sizes), perTile, config.object('text_config').positive('hidden_size', 5120)]
  const at = `${prefix}vision_model`
  const projector = `${prefix}multi_modal_projector`
  return {
    // Tokens before and behind an image, before the whole, and behind each tile.
    tokens: perTile + 3 + (cut === 1 ? 0 : cut * (perTile + 1)),
    input: sizeInWords(imageSize),
    buffers: [{ count: pixelsOf(sizes), type: 'bfloat16' }],
    passes: [at, projector],
    returned: ['seen'],
    untilLoss: ['features', 'mask', 'merged'],
    steps: [
      set('pixels', { op: 'input', count: pixelsOf(sizes), type: 'bfloat16' }),
      set('seen', call(encoder(sizes), { pixels: 'pixels' }, at)),
      ...withFeatures(call([give(project('linear_1', 'x'))], { x: 'seen' }, projector), features),
      set('merged', 'embedded'),
    ],
  }
}

/** `Llama4VisionModel` (transformers 4.57.6): the vector of the whole image comes last, and positions are learned and rotated. */
function encoder(sizes: ImageSizes): Steps {
  const { hiddenSize, heads, patches } = sizes
  const each = tilesOf(sizes)
  const unfolded: Steps = [
    set('hidden', { op: 'unfold', of: { op: 'narrow', of: 'pixels' } }),
    set('hidden', project('linear', copied('hidden'))),
    give('hidden'),
  ]
  const shuffled: Steps = [
    set('hidden', { op: 'reorder', of: 'hidden' }),
    set('hidden', { op: 'reorder', of: 'hidden' }),
    set('hidden', call(merged, { hidden: 'hidden' }, 'mlp')),
    give('hidden'),
  ]
  const layers: Steps = [
    { each: 'layers', carries: 'hidden', carriesBy: 'keyword', given: ['angles'], kinds: [layer(sizes)] },
    give('hidden'),
  ]
  return [
    set('hidden', call(unfolded, { pixels: 'pixels' }, 'patch_embedding')),
    set('hidden', withVectors([{ name: 'class_embedding', count: 1 }], 'hidden', sizes)),
    set('hidden', plus('hidden', { op: 'parameter', name: 'positional_embedding_vlm' })),
    set('hidden', layerNormed('layernorm_pre', 'hidden')),
    // Complex numbers, which come from the CPU.
    set('angles', make([patches + 1, Math.floor(hiddenSize / heads / 4), 4], 'float32')),
    set('output', call(layers, { hidden: 'hidden', angles: 'angles' }, 'model')),
    set('hidden', layerNormed('layernorm_post', 'output')),
    set('hidden', part('hidden', [...each, patches, hiddenSize])),
    set('hidden', call(shuffled, { hidden: 'hidden' }, 'vision_adapter')),
    give('hidden'),
  ]
}

/** `Llama4VisionMLP2`. */
const merged: Steps = [
  set('hidden', project('fc1', 'hidden')),
  set('hidden', activated('gelu', 'hidden')),
  give(activated('gelu', project('fc2', 'hidden'))),
]

/** `Llama4VisionEncoderLayer`: queries and keys are rotated as complex numbers in float32. */
function layer(sizes: ImageSizes): Steps {
  const { hiddenSize, heads, patches } = sizes
  const attention: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    ...rotatedInFloat32((of) => ({ op: 'scale', of, by: 'angles' })),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        batch: tilesOf(sizes),
        queries: [patches + 1],
        eager: { softmax: 'scores' },
        returnsWeights: 'layer',
      }),
    ),
    set('out', project('o_proj', 'out')),
    give('out'),
  ]
  const feedForward: Steps = [
    set('hidden', project('fc1', 'hidden')),
    set('hidden', activated('gelu', 'hidden')),
    set('hidden', project('fc2', 'hidden')),
    give('hidden'),
  ]
  return [
    set('residual', 'hidden'),
    set('hidden', layerNormed('input_layernorm', 'hidden')),
    set('hidden', call(attention, { hidden: 'hidden', angles: 'angles' }, 'self_attn')),
    set('hidden', plus('residual', 'hidden')),
    set('residual', 'hidden'),
    set('hidden', layerNormed('post_attention_layernorm', 'hidden')),
    set('hidden', call(feedForward, { hidden: 'hidden' }, 'mlp')),
    set('hidden', plus('residual', 'hidden')),
    give('hidden'),
  ]
}
