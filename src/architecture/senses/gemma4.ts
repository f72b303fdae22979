import type { ConfigReader } from '../config-reader.js'
import { sizeInWords, USUAL_IMAGE } from '../image-grid.js'
import {
  activated,
  attended,
  type Buffer,
  type Count,
  call,
  give,
  make,
  normed,
  plus,
  project,
  type Steps,
  scaled,
  set,
  split,
  TOKENS,
  type Value,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import type { FindSense, ImageSize } from '../sense.js'

/** The most tokens of an image (`max_soft_tokens` of the processor). Each image has the patches of so many, of which some are padding. */
const MOST_TOKENS = 280

/** What is held of a type for each token, which the processor makes. */
export const TOKEN_TYPES: Buffer = { count: TOKENS }

/** The sizes of the encoder of images. */
interface Sizes {
  readonly hiddenSize: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  /** Patches of an image, with padding. */
  readonly patches: number
  /** Pixels of a patch, in all channels. */
  readonly pixels: number
  /** The side of the square of patches that becomes a token. */
  readonly pooled: number
  readonly activation: string
  readonly isClipped: boolean
  readonly isPadded: boolean
}

/**
 * Gemma 4 (`Gemma4VisionModel`, transformers 5.24): patches of an image of any shape, padded to as many as there can be; squares of them are
 * averaged by a product with a matrix of numbers.
 */
export const gemma4Images: FindSense = (config, asked, prefix) => {
  if (!config.has('vision_config'))
    throw new RangeError('`images` is given, but this model has no `vision_config`: leave it out')
  const vision = config.object('vision_config')
  const pooled = vision.positive('pooling_kernel_size', 3)
  const patch = vision.positive('patch_size', 16)
  const size = resized(asked.imageSize ?? USUAL_IMAGE, pooled * patch)
  const tokens = (size.width / (pooled * patch)) * (size.height / (pooled * patch))
  const hiddenSize = vision.positive('hidden_size', 768)
  const heads = vision.positive('num_attention_heads', 12)
  const sizes: Sizes = {
    hiddenSize,
    heads,
    kvHeads: vision.positive('num_key_value_heads', 12),
    headDim: vision.positive('head_dim', 64),
    patches: MOST_TOKENS * pooled ** 2,
    pixels: 3 * patch ** 2,
    pooled,
    activation: vision.string('hidden_activation', 'gelu_pytorch_tanh'),
    isClipped: vision.boolean('use_clipped_linears', false),
    isPadded: tokens < MOST_TOKENS,
  }
  const text = config.object('text_config')
  const features: Count = ['images', tokens, text.positive('hidden_size', 2304)]
  const seesGroups = text.string('use_bidirectional_attention', 'no') === 'vision'
  const tower = `${prefix}vision_tower`
  const embedder: Steps = [
    set('x', { op: 'norm', kind: 'rmsNormPowerWithoutGain', module: '', of: 'x', size: hiddenSize }),
    give(project('embedding_projection', 'x')),
  ]
  return {
    tokens,
    input: sizeInWords(size),
    buffers: [
      { count: ['images', sizes.patches, sizes.pixels], type: 'float32' },
      { count: ['images', sizes.patches, 2] },
      TOKEN_TYPES,
    ],
    passes: [tower, `${prefix}embed_vision`],
    placeholderMasks: 1,
    returned: ['seen', 'projected'],
    ...(seesGroups && { masks: 'eachWindow' as const }),
    steps: [
      set('mask', make(TOKENS, 'bool')),
      // The masks of both are made before either is encoded.
      ...(asked.audioSeconds > 0 ? [set('sound mask', make(TOKENS, 'bool'))] : []),
      set('pixels', { op: 'input', count: ['images', sizes.patches, sizes.pixels], type: 'float32' }),
      set('seen', call(encoder(vision, sizes, tokens), { pixels: 'pixels' }, tower)),
      set('projected', call(embedder, { x: 'seen' }, `${prefix}embed_vision`)),
      split('projected', ['listed'], [features]),
      ...withFeatures({ op: 'concat', of: ['listed'] }, features, { isMasked: true }),
      { drop: 'listed' },
      ...(seesGroups ? [set('groups', make(TOKENS, 'int64'))] : []),
    ],
  }
}

/** The largest size of the same shape whose tokens are not too many (`get_aspect_ratio_preserving_size`). */
function resized({ width, height }: ImageSize, step: number): ImageSize {
  const factor = Math.sqrt((MOST_TOKENS * step ** 2) / (width * height))
  const [columns, rows] = [Math.floor((factor * width) / step), Math.floor((factor * height) / step)]
  const inLine = (long: number, short: number): number => Math.min(Math.floor(long / short), MOST_TOKENS) * step
  if (rows === 0) return { width: inLine(width, height), height: step }
  if (columns === 0) return { width: step, height: inLine(height, width) }
  return { width: columns * step, height: rows * step }
}

/** From `pixels` to a vector for each token. */
function encoder(vision: ConfigReader, sizes: Sizes, tokens: number): Steps {
  const { hiddenSize, headDim, patches, pooled, isPadded } = sizes
  const each: Count = ['images', patches]
  const angles = (size: number, type: 'float32' | 'model'): Value => make([...each, size], type)
  const stack: Steps = [
    ...(isPadded ? [set('mask', make([...each, patches], 'mask'))] : []),
    // A table of each axis, before they are joined.
    set('wideCos', angles(headDim, 'float32')),
    set('wideSin', angles(headDim, 'float32')),
    set('cos', angles(headDim, 'model')),
    set('sin', angles(headDim, 'model')),
    { drop: 'wideCos' },
    { drop: 'wideSin' },
    {
      each: 'layers',
      carries: 'hidden',
      given: ['cos', 'sin', ...(isPadded ? ['mask'] : [])],
      keywords: ['cos', 'sin', 'mask'],
      kinds: [layerSteps(sizes)],
    },
    give('hidden'),
  ]
  const standard: Steps = [set('hidden', scaled(scaled('hidden'), make([hiddenSize], 'float32')))]
  return [
    set('padding', make(each, 'bool')),
    set('embedded', call(embeddings(sizes), { pixels: 'pixels', padding: 'padding' }, 'patch_embedder')),
    set('output', call(stack, { hidden: 'embedded', valid: make(each, 'bool') }, 'encoder')),
    set('kept', make(['images', MOST_TOKENS], 'bool')),
    set('hidden', call(pooler(sizes), { hidden: 'output', padding: 'padding' })),
    set('hidden', { op: 'pick', of: 'hidden', mask: 'kept', count: ['images', tokens, hiddenSize] }),
    ...(vision.boolean('standardize', false) ? standard : []),
    set('hidden', { op: 'own', of: 'hidden' }),
    give(pooled > 0 ? 'hidden' : 'output'),
  ]
}

/** Patches as vectors, with the sum of a vector for the column and one for the row. */
function embeddings({ hiddenSize, patches }: Sizes): Steps {
  const each: Count = ['images', patches]
  const along = (): Value => ({
    op: 'tableRows',
    parameter: 'position_embedding_table',
    tables: 2,
    by: 'places',
    count: [...each, hiddenSize],
  })
  const positions: Steps = [
    set('places', make([...each, 2], 'int64')),
    set('columns', along()),
    set('rows', along()),
    set('sum', plus('columns', 'rows')),
    set('sum', { op: 'masked', of: 'sum', mask: 'padding' }),
    give('sum'),
  ]
  return [
    set('pixels', scaled(scaled('pixels'))),
    set('pixels', { op: 'own', of: 'pixels' }),
    set('hidden', project('input_proj', 'pixels')),
    set('positions', call(positions, { padding: 'padding' })),
    give(plus('hidden', 'positions')),
  ]
}

/** The means of squares of patches, by a product with a matrix that says which of them belong together. */
function pooler({ hiddenSize, patches, pooled }: Sizes): Steps {
  const matrix: Count = ['images', patches, MOST_TOKENS]
  const means: Steps = [
    set('weights', make(matrix, 'int64')),
    set('weights', make(matrix, 'float32')),
    set('weights', make(matrix, 'float32')),
    set('output', {
      op: 'product',
      of: ['weights', { op: 'wide', of: 'hidden' }],
      count: ['images', MOST_TOKENS, hiddenSize],
    }),
    give({ op: 'own', of: 'output' }),
  ]
  return [
    set('hidden', { op: 'masked', of: 'hidden', mask: 'padding' }),
    ...(pooled > 1 ? [set('hidden', call(means, { hidden: 'hidden' }))] : []),
    set('hidden', scaled({ op: 'wide', of: 'hidden' })),
    give('hidden'),
  ]
}

/**
 * A linear layer, inside of a module that may clip what goes in and comes out. One that reads features that are not next to each other copies
 * them, if there is more than one sequence.
 */
export function linearOf({ isClipped }: { readonly isClipped: boolean }) {
  return (name: string, of: Value, { isTurned = false } = {}): Value => {
    const ordered = (value: Value): Value => (isTurned ? { op: 'reorderSequences', of: value } : value)
    const clipped: Steps = [
      set('x', { op: 'clamp', of: 'x' }),
      set('x', project('linear', ordered('x'))),
      set('x', { op: 'clamp', of: 'x' }),
      give('x'),
    ]
    return isClipped ? call(clipped, { x: of }, name) : project(`${name}.linear`, ordered(of))
  }
}

/** A layer (`Gemma4VisionEncoderLayer`). */
function layerSteps(sizes: Sizes): Steps {
  const linear = linearOf(sizes)
  const { heads, kvHeads, headDim, patches, activation, isPadded } = sizes
  const norm = (name: string, of: Value): Value => normed('rmsNormFloat32Power', name, of)
  const table = { cos: 'cos', sin: 'sin' }
  const turned = (name: string): Value => call(rotated, { x: name, ...table })
  const attention: Steps = [
    set('query', linear('q_proj', 'hidden')),
    set('query', norm('q_norm', 'query')),
    set('query', turned('query')),
    set('key', linear('k_proj', 'hidden')),
    set('key', norm('k_norm', 'key')),
    set('key', turned('key')),
    set('value', linear('v_proj', 'hidden')),
    set('value', { op: 'norm', kind: 'rmsNormPowerWithoutGain', module: '', of: 'value', size: headDim }),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        kvHeads,
        headDim,
        batch: ['images'],
        queries: [patches],
        ...(isPadded && { mask: 'mask', isMaskBoolean: true }),
      }),
    ),
    set('out', linear('o_proj', 'out')),
    give('out'),
  ]
  const network: Steps = [
    give(
      linear('down_proj', {
        op: 'multiply',
        of: [activated(activation, linear('gate_proj', 'x')), linear('up_proj', 'x')],
      }),
    ),
  ]
  const given = { ...table, ...(isPadded && { mask: 'mask' }) }
  return [
    set('residual', 'hidden'),
    set('hidden', norm('input_layernorm', 'hidden')),
    set('hidden', call(attention, { hidden: 'hidden', ...given }, 'self_attn')),
    set('hidden', norm('post_attention_layernorm', 'hidden')),
    set('hidden', plus('residual', 'hidden')),
    set('residual', 'hidden'),
    set('hidden', norm('pre_feedforward_layernorm', 'hidden')),
    set('hidden', call(network, { x: 'hidden' }, 'mlp')),
    set('hidden', norm('post_feedforward_layernorm', 'hidden')),
    set('hidden', plus('residual', 'hidden')),
    give('hidden'),
  ]
}

/** The halves of a head are rotated by column and by row (`apply_multidimensional_rope`). */
const rotated: Steps = [
  { split: 'x', into: ['first', 'second'] },
  set('left', { op: 'rotate', of: 'first', by: ['cos', 'sin'] }),
  set('right', { op: 'rotate', of: 'second', by: ['cos', 'sin'] }),
  give({ op: 'concat', of: ['left', 'right'] }),
]
