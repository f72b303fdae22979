import type { ConfigReader } from '../config-reader.js'
import type { Norm } from '../forward/index.js'
import { patchesInWindow, rounded, sizeInWords, USUAL_IMAGE } from '../image-grid.js'
import {
  activated,
  type Buffer,
  type Count,
  call,
  give,
  type Operation,
  project,
  type Steps,
  set,
  type Value,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import {
  embeddedPatches,
  type GridSizes,
  gridAngles,
  gridAttention,
  gridBlock,
  patchPixels,
  qwenMerger,
} from '../program/qwen-vision.js'
import type { AskedSense, FindSense, ImageSize, Sense } from '../sense.js'

/** An image as patches of a grid, of which squares become one token. */
export interface Grid extends GridSizes {
  readonly size: ImageSize
  readonly rows: number
  readonly columns: number
  /** The side of the squares. */
  readonly merged: number
  readonly tokens: number
}

/** The most times that one side of an image may be longer than the other (`smart_resize`). */
const LONGEST_RATIO = 200

/**
 * Reads the grid of an image, within the limits of the published processors.
 *
 * @throws RangeError for an image that they refuse
 */
export function gridOf(
  config: ConfigReader,
  { imageSize = USUAL_IMAGE }: AskedSense,
  {
    hiddenSize,
    heads = 16,
    patch: usual,
    least,
    most,
  }: {
    readonly hiddenSize: number
    readonly heads?: number
    readonly patch: number
    readonly least: number
    readonly most: number
  },
): Grid {
  const patch = config.positive('patch_size', usual)
  const merged = config.positive('spatial_merge_size', 2)
  const { width, height } = imageSize
  if (Math.max(width, height) / Math.min(width, height) > LONGEST_RATIO)
    throw new RangeError(
      `\`imageSize\` is ${width} × ${height}, but the processor refuses images of which one side is more than ${LONGEST_RATIO} times the other: pass another size`,
    )
  const size = rounded(imageSize, { step: patch * merged, least, most })
  const [rows, columns] = [size.height / patch, size.width / patch]
  const channels = config.integer(['in_channels', 'in_chans'], 3)
  return {
    size,
    rows,
    columns,
    merged,
    hiddenSize,
    heads: config.positive('num_heads', heads),
    patches: rows * columns,
    pixels: channels * config.positive('temporal_patch_size', 2) * patch ** 2,
    tokens: (rows * columns) / merged ** 2,
  }
}

/** The encoder of Qwen2-VL: blocks without windows. */
export const qwen2Images: FindSense = (config, asked, prefix) => ofGrid(qwen2Encoder(config, asked), prefix)

/** The same, to be run by other code. */
export function qwen2Encoder(config: ConfigReader, asked: AskedSense): GridEncoder {
  const vision = config.object('vision_config')
  const grid = gridOf(vision, asked, {
    hiddenSize: vision.positive('embed_dim', 1280),
    patch: 14,
    least: 3136,
    most: 12_845_056,
  })
  const feedForward: Steps = [
    give(project('fc2', activated(vision.string('hidden_act', 'quick_gelu'), project('fc1', 'hidden')))),
  ]
  return gridEncoder(grid, config, {
    norm: 'layerNorm',
    kinds: [gridBlock('layerNorm', gridAttention(grid, grid.patches), feedForward)],
    ordered: (of) => of,
  })
}

/** The encoder of Qwen2.5-VL: most blocks look at windows, so that the patches are in their order. */
export const qwen25Images: FindSense = (config, asked, prefix) => {
  const vision = config.object('vision_config')
  const grid = gridOf(vision, asked, {
    hiddenSize: vision.positive('hidden_size', 3584),
    patch: 14,
    least: 3136,
    most: 12_845_056,
  })
  const feedForward = gatedFeedForward(vision)
  const encoder = gridEncoder(grid, config, {
    norm: 'rmsNorm',
    ...windowedBlocks(vision, grid, (keys, windows) =>
      gridBlock('rmsNorm', gridAttention(grid, keys, windows), feedForward),
    ),
    ordered: inOrder,
  })
  return ofGrid(encoder, prefix)
}

/** A feed-forward network with a gate. */
export function gatedFeedForward(vision: ConfigReader): Steps {
  const gate = activated(vision.string('hidden_act', 'silu'), project('gate_proj', 'hidden'))
  return [give(project('down_proj', { op: 'multiply', of: [gate, project('up_proj', 'hidden')] }))]
}

/** Patches in the order of windows, or of the image again. */
export const inOrder = (of: Value, count: Count): Operation => ({ op: 'rows', of, count })

/** Blocks whose patches see windows, and some whose patches see the whole image. */
export function windowedBlocks(
  vision: ConfigReader,
  { rows, columns, merged, patches }: Grid,
  block: (keys: number, windows: number) => Steps,
): { readonly kinds: readonly Steps[]; readonly kindOf: readonly number[] } {
  const patch = vision.positive('patch_size', 14)
  const side = Math.max(1, Math.floor(vision.positive('window_size', 112) / merged / patch))
  const inWindow = patchesInWindow(rows / merged, columns / merged, side) * merged ** 2
  const windows = Math.ceil(rows / merged / side) * Math.ceil(columns / merged / side)
  const whole = new Set(vision.integers('fullatt_block_indexes') ?? [7, 15, 23, 31])
  return {
    kinds: [block(inWindow, windows), block(patches, 1)],
    kindOf: Array.from({ length: vision.integer('depth', 32) }, (_, index) => (whole.has(index) ? 1 : 0)),
  }
}

/** An encoder of patches in a grid. */
export interface GridEncoder {
  readonly grid: Grid
  readonly outFeatures: number
  /** From the variable `pixels`. */
  readonly steps: Steps
}

/** What the encoders of Qwen 2 share: they encode and merge. */
function gridEncoder(
  grid: Grid,
  config: ConfigReader,
  {
    norm,
    kinds,
    kindOf,
    ordered,
  }: {
    readonly norm: Norm
    readonly kinds: readonly Steps[]
    readonly kindOf?: readonly number[]
    readonly ordered: (of: Value, count: Count) => Value
  },
): GridEncoder {
  const { patches, tokens, hiddenSize } = grid
  const vision = config.object('vision_config')
  const outFeatures = kindOf ? vision.integer('out_hidden_size', 3584) : vision.integer('hidden_size', 3584)
  const steps: Steps = [
    set('hidden', embeddedPatches(grid)),
    ...gridAngles(grid, ordered),
    set('hidden', ordered('hidden', ['images', patches, hiddenSize])),
    { each: 'blocks', carries: 'hidden', given: ['cos', 'sin'], kinds, ...(kindOf && { kindOf }) },
    set('hidden', qwenMerger(norm)),
    set('hidden', ordered('hidden', ['images', tokens, outFeatures])),
    give('hidden'),
  ]
  return { grid, outFeatures, steps }
}

/** What a run with such an encoder has, whatever code runs it. */
export function gridFacts({ grid }: GridEncoder, prefix: string): Omit<Sense, 'steps'> {
  const { patches, tokens, pixels } = grid
  return {
    tokens,
    input: sizeInWords(grid.size),
    buffers: [{ count: ['images', patches, pixels], type: 'float32' }],
    passes: [`${prefix}visual`],
  }
}

/** The frequencies of the encoder's rotation, one for every four features of a head. */
export const gridFrequencies = ({ grid: { hiddenSize, heads } }: GridEncoder): Buffer => ({
  count: [hiddenSize / heads / 4],
  type: 'float32',
})

/** Pixels are cast and encoded, and the tokens of all images are copied. */
function ofGrid(encoder: GridEncoder, prefix: string): Sense {
  const { grid, outFeatures, steps } = encoder
  const features: Steps = [
    set('pixels', { op: 'own', of: 'pixels' }),
    give(call(steps, { pixels: 'pixels' }, `${prefix}visual`)),
  ]
  const facts = gridFacts(encoder, prefix)
  return {
    ...facts,
    buffers: [...facts.buffers, gridFrequencies(encoder)],
    steps: [
      set('pixels', patchPixels(grid)),
      ...withFeatures(
        { op: 'concat', of: [call(features, { pixels: 'pixels' })] },
        ['images', grid.tokens, outFeatures],
        {
          others: 1,
        },
      ),
    ],
  }
}
