import { patchesIn } from '../blocks/vision.js'
import { sizeInWords, USUAL_IMAGE } from '../image-grid.js'
import { piecesOfImage } from '../image-pieces.js'
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
  plus,
  project,
  type Step,
  type Steps,
  set,
  type Value,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { rotatedInFloat32 } from '../program/wide-rotation.js'
import type { FindSense } from '../sense.js'

/** The side of a piece in pixels (`patch_size` of `Step3p7ImageProcessor`). */
const PIECE = 504

/** Tokens around those of the whole, and of each piece. */
const AROUND = 2

/** The sizes of one pass of the encoder. */
interface Sizes {
  readonly hiddenSize: number
  readonly heads: number
  readonly channels: number
  readonly activation: string
  /** The side of what is seen in pixels, and of its grid of patches. */
  readonly side: number
  readonly grid: number
  /** The side of the grid that has learned positions. */
  readonly learned: number
  /** How many there are for each image. */
  readonly times: number
}

/**
 * Step 3.7 (`Step3p7VisionModel`, transformers 5.24): the whole of an image in one size, and pieces of it in another, each in a pass of its own.
 * Two convolutions of every second patch join them.
 */
export const step3p7Images: FindSense = (config, { imageSize = USUAL_IMAGE }, prefix) => {
  const vision = config.object('vision_config')
  const patch = vision.positive('patch_size', 14)
  const side = vision.positive('image_size', 728)
  const hiddenSize = vision.positive(['width', 'hidden_size'], 1536)
  const { rows, columns } = piecesOfImage(imageSize)
  const pieces = rows * columns
  const shared = {
    hiddenSize,
    heads: vision.positive(['heads', 'num_attention_heads'], 16),
    channels: vision.integer('num_channels', 3),
    activation: vision.string('hidden_act', 'quick_gelu'),
    learned: Math.floor(Math.sqrt(patchesIn(vision, { patch }, 728))),
  }
  const sizesOf = (pixels: number, times: number): Sizes => ({
    ...shared,
    side: pixels,
    grid: Math.floor(pixels / patch),
    times,
  })
  const [whole, local] = [sizesOf(side, 1), sizesOf(PIECE, pieces)]
  const [ofWhole, ofPiece] = [tokensOf(whole), tokensOf(local)]
  const outFeatures = config.object('text_config').positive('hidden_size', 4096)
  const features: Count = ['images', ofWhole + pieces * ofPiece, outFeatures]
  const at = `${prefix}vision_model`
  const projector = `${prefix}multi_modal_projector`
  const pixelsOf = (sizes: Sizes): Count => [...manyOf(sizes), sizes.channels, sizes.side, sizes.side]
  const seen = (sizes: Sizes, pixels: string): Value => call(encoder(sizes), { pixels }, at)
  const sliced = (name: string, sizes: Sizes): Value => part(name, [...manyOf(sizes), tokensOf(sizes), outFeatures])
  return {
    tokens: ofWhole + AROUND + pieces * (ofPiece + AROUND) + Math.max(rows - 1, 0),
    input: sizeInWords(imageSize),
    buffers: [
      { count: pixelsOf(whole), type: 'float32' },
      ...(pieces > 0 ? [{ count: pixelsOf(local), type: 'float32' as const }] : []),
    ],
    passes: [at, projector],
    returned: ['seen', 'merged'],
    steps: [
      set('pixels', { op: 'input', count: pixelsOf(whole), type: 'float32' }),
      set('seen', seen(whole, 'pixels')),
      set('merged', project(projector, 'seen')),
      ...(pieces > 0
        ? [
            set('pixels', { op: 'input', count: pixelsOf(local), type: 'float32' }),
            set('pieces', project(projector, seen(local, 'pixels'))),
            set('merged', { op: 'concat', of: [sliced('pieces', local), sliced('merged', whole)] }),
            { drop: 'pieces' },
          ]
        : []),
      ...withFeatures({ op: 'concat', of: ['merged'] }, features, { isCounted: false }),
    ],
  }
}

/** What a convolution of every second patch leaves. */
const halved = (size: number): number => Math.floor((size - 1) / 2) + 1

/** Tokens of what is seen in one pass. */
const tokensOf = ({ grid }: Sizes): number => halved(halved(grid)) ** 2

const manyOf = ({ times }: Sizes): Count => (times === 1 ? ['images'] : ['images', times])

/** From `pixels` to a vector for each token. */
function encoder(sizes: Sizes): Steps {
  const { hiddenSize, heads, grid } = sizes
  const [half, quarter] = [halved(grid), halved(halved(grid))]
  const table = make([grid ** 2, hiddenSize / heads], 'float32')
  const convolution = (module: string, side: number, times: number): Step =>
    set('hidden', convolved(module, 'hidden', [...manyOf(sizes), times * hiddenSize, side, side]))
  return [
    set('hidden', call(embeddings(sizes), { pixels: 'pixels' }, 'embeddings')),
    set('hidden', layerNormed('pre_layernorm', 'hidden')),
    set('places', make([grid ** 2, 2], 'int64')),
    set('cos', table),
    set('sin', table),
    { each: 'layers', carries: 'hidden', given: ['cos', 'sin'], keywords: ['cos', 'sin'], kinds: [layer(sizes)] },
    convolution('downsampler1', half, 2),
    convolution('downsampler2', quarter, 4),
    give('hidden'),
  ]
}

/** Patches with learned positions, which are interpolated for other grids. */
function embeddings(sizes: Sizes): Steps {
  const { hiddenSize, grid, learned } = sizes
  const weight: Value = { op: 'parameter', name: 'position_embedding.weight' }
  const positions: Value = grid === learned ? weight : { op: 'resize', of: weight, count: [grid ** 2, hiddenSize] }
  return [
    set(
      'patches',
      convolved('patch_embedding', { op: 'own', of: 'pixels' }, [...manyOf(sizes), hiddenSize, grid ** 2]),
    ),
    set('sum', 'patches'),
    set('sum', plus('sum', positions)),
    give('sum'),
  ]
}

/** `Step3p7VisionEncoderLayer`, whose outputs have a learned scale. */
function layer(sizes: Sizes): Steps {
  const { hiddenSize, heads, grid, activation } = sizes
  const attention: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    ...rotatedInFloat32(),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        batch: manyOf(sizes),
        queries: [grid ** 2],
        returnsWeights: 'layer',
      }),
    ),
    give(project('out_proj', 'out')),
  ]
  const feedForward: Steps = [
    set('hidden', project('fc1', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    set('hidden', project('fc2', 'hidden')),
    give('hidden'),
  ]
  const added = (scale: string): Steps => [
    set('hidden', { op: 'multiply', of: [{ op: 'parameter', name: scale }, 'hidden'] }),
    set('hidden', plus('hidden', 'residual')),
  ]
  return [
    set('residual', 'hidden'),
    set('hidden', layerNormed('layernorm_before', 'hidden')),
    set('hidden', call(attention, { hidden: 'hidden', cos: 'cos', sin: 'sin' }, 'self_attn')),
    ...added('lambda_1'),
    set('residual', 'hidden'),
    set('hidden', layerNormed('layernorm_after', 'hidden')),
    set('hidden', call(feedForward, { hidden: 'hidden' }, 'mlp')),
    ...added('lambda_2'),
    give('hidden'),
  ]
}
