import { encoderSizes } from '../blocks/audio-sizes.js'
import { sizeInWords } from '../image-grid.js'
import { bartLayer } from '../program/bart.js'
import {
  activated,
  type Count,
  call,
  convolved,
  copied,
  give,
  layerNormed,
  make,
  plus,
  project,
  type Steps,
  set,
  TOKENS,
  type Value,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { embeddedPatches, gridAngles, gridAttention, gridBlock, patchPixels } from '../program/qwen-vision.js'
import type { FindSense } from '../sense.js'
import { heardByThinker, heardFrames, piecesOf, SEEN_BY_THINKER, TOKEN_MASK, withoutPadding } from './omni.js'
import { gridOf } from './qwen.js'
import { interpolated, plainFeedForward, putBehind } from './qwen3.js'

/** Qwen3-Omni: Qwen3-VL's encoder, whose class holds what it sees until it returns. Positions are in float32. */
export const qwen3OmniImages: FindSense = (config, asked) => {
  const vision = config.object('vision_config')
  const hiddenSize = vision.positive('hidden_size', 1152)
  const grid = gridOf(vision, asked, { hiddenSize, patch: 16, least: 3136, most: 12_845_056 })
  const { patches, tokens } = grid
  const features: Count = ['images', tokens, vision.integer('out_hidden_size', 3584)]
  const taps = vision.integers('deepstack_visual_indexes') ?? [8, 16, 24]
  const merged = (module: string): Value => ({ op: 'call', at: module, with: { x: 'hidden' }, steps: merger })
  const behind = Object.fromEntries(
    taps.map((block, index) => [block, [set(`deep${index}`, merged(`visual.merger_list.${index}`))]]),
  )
  const block = gridBlock('layerNorm', gridAttention(grid, patches), plainFeedForward(vision))
  const deep = taps.map((_, index) => `deep${index}`)
  return {
    tokens,
    input: sizeInWords(grid.size),
    buffers: [{ count: ['images', patches, grid.pixels], type: 'float32' }, TOKEN_MASK],
    passes: ['visual'],
    given: ['positions'],
    returned: [...SEEN_BY_THINKER, ...deep],
    steps: [
      set('pixels', patchPixels(grid)),
      set('cast', { op: 'own', of: 'pixels' }),
      set('hidden', embeddedPatches(grid, 'visual.patch_embed', 'cast')),
      set('places', { op: 'call', steps: interpolated(grid), with: {}, at: 'visual' }),
      set('hidden', plus('hidden', 'places')),
      ...gridAngles(grid, (of) => of),
      {
        each: 'visual.blocks',
        carries: 'hidden',
        given: ['cos', 'sin'],
        keywords: ['cos', 'sin'],
        kinds: [block],
        behind,
      },
      set('hidden', merged('visual.merger')),
      ...['cast', 'places', 'angles', 'both', 'cos', 'sin'].map((drop) => ({ drop })),
      ...withFeatures('hidden', features, { others: 1, drops: ['hidden'] }),
      set('positions', make([3, ...TOKENS], 'float32')),
    ],
    behind: putBehind(deep, features),
  }
}

/** Joins patches behind a norm of each, or of all that it joins. */
const merger: Steps = [
  set('x', layerNormed('ln_q', 'x')),
  set('x', project('mlp.0', 'x')),
  set('x', activated('gelu', 'x')),
  set('x', project('mlp.2', 'x')),
  give('x'),
]

/** What three convolutions of every second step leave. */
const thrice = (size: number): number => halved(halved(halved(size)))
const halved = (size: number): number => Math.floor((size - 1) / 2) + 1

/** Tokens of a sound of so many frames, as the processor counts them: 13 for each second. */
const tokensOf = (frames: number): number => 13 * Math.floor(frames / 100) + thrice(frames % 100)

/**
 * Qwen3-Omni: convolutions of pieces of a second, in parts of so many pieces, and layers in which all sound of a batch sees itself: the code
 * of transformers 4.57.6 gives other kernels than FlashAttention's own no mask (`Qwen3OmniMoeAudioEncoder`).
 */
export const qwen3OmniSound: FindSense = (config, asked) => {
  const audio = config.object('audio_config')
  const sizes = encoderSizes(audio, { mels: 128, hiddenSize: 1280, layers: 32, heads: 20, ffnSize: 5120 })
  const { hiddenSize, heads, mels } = sizes
  const frames = heardFrames(asked, 'Qwen3-Omni')
  const pieces = piecesOf(frames, 2 * audio.positive('n_window', 100))
  const longest = Math.max(...pieces)
  const vectors = pieces.reduce((sum, piece) => sum + thrice(piece), 0)
  const channels = audio.integer('downsample_hidden_size', 480)
  const activation = audio.string('activation_function', 'gelu')
  const features: Count = ['batch', vectors, audio.integer('output_dim', 3584)]
  const layer = bartLayer({
    heads,
    headDim: hiddenSize / heads,
    activation,
    normsFirst: true,
    read: ['batch', vectors],
    batch: [1],
  })
  const inPieces = (...rest: Count): Count => ['batch', pieces.length, ...rest]
  const shrunk = (times: number): Count => {
    const size = (whole: number): number => Array.from({ length: times }).reduce<number>(halved, whole)
    return ['rows', channels, size(mels), size(longest)]
  }
  const convolutions: Steps = [
    set('part', activated('gelu', convolved('conv2d1', 'chunk', shrunk(1)))),
    set('part', activated('gelu', convolved('conv2d2', 'part', shrunk(2)))),
    set('part', activated('gelu', convolved('conv2d3', 'part', shrunk(3)))),
    give('part'),
  ]
  const encoder: Steps = [
    set('pieces', make(inPieces(longest, mels), 'model')),
    set('kept', make(inPieces(thrice(longest)), 'bool')),
    {
      parts: 'pieces',
      count: inPieces(),
      most: audio.positive('conv_chunksize', 500),
      as: 'chunk',
      into: 'parts',
      steps: convolutions,
    },
    set('joined', { op: 'joined', list: 'parts', isHeld: true }),
    set('joined', project('conv_out', copied('joined'))),
    set('places', make([thrice(longest), hiddenSize], 'compute')),
    set('joined', plus('joined', 'places')),
    set('hidden', { op: 'pick', of: 'joined', mask: 'kept', count: ['batch', vectors, hiddenSize] }),
    { each: 'layers', carries: 'hidden', kinds: [layer] },
    set('hidden', layerNormed('ln_post', 'hidden')),
    set('hidden', project('proj1', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    set('hidden', project('proj2', 'hidden')),
    give('hidden'),
  ]
  const heard: Steps = [
    ...withoutPadding(frames, ['batch', frames, mels]),
    give(call(encoder, { frames: 'frames' }, 'audio_tower')),
  ]
  const held = heardByThinker(asked, 'float32')
  return {
    tokens: tokensOf(frames),
    input: `${asked.audioSeconds.toLocaleString('en-US')} seconds of sound`,
    buffers: [
      { count: ['batch', mels, frames], type: 'model' },
      { count: ['batch', frames] },
      ...(asked.images > 0 ? [] : [TOKEN_MASK]),
    ],
    passes: ['audio_tower'],
    returned: held.returned,
    ...(asked.images === 0 && { given: ['positions'] }),
    steps: [
      set('frames', { op: 'input', count: ['batch', mels, frames], type: 'model' }),
      ...withFeatures(call(heard, { frames: 'frames' }), features, { others: 1, isCounted: false, of: 'sound ' }),
      ...held.steps,
    ],
  }
}
