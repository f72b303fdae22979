import { encoderSizes } from '../blocks/audio-sizes.js'
import { sizeInWords } from '../image-grid.js'
import { bartLayer } from '../program/bart.js'
import {
  activated,
  type Buffer,
  type Count,
  call,
  convolved,
  give,
  layerNormed,
  make,
  plus,
  project,
  type Steps,
  scaled,
  set,
  TOKENS,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import {
  attendedInGrid,
  embeddedPatches,
  type GridSizes,
  gridBlock,
  patchPixels,
  qwenMerger,
} from '../program/qwen-vision.js'
import type { AskedSense, FindSense } from '../sense.js'
import { gatedFeedForward, gridOf, inOrder, windowedBlocks } from './qwen.js'

/** The positions of tokens on three axes are counted from a mask of the tokens, which the processor makes. */
export const TOKEN_MASK: Buffer = { count: TOKENS }

/** What the thinker makes before its language model runs, and holds until it returns, beside what it sees. */
export const SEEN_BY_THINKER = ['features', 'mask', 'mask0', 'positions']

/** What it holds of sound. Positions are counted for images, if there are any. */
export const heardByThinker = (
  { images }: AskedSense,
  type: 'int64' | 'float32' = 'int64',
): { readonly steps: Steps; readonly returned: string[] } => {
  const returned = ['sound features', 'sound mask', 'sound mask0']
  if (images > 0) return { steps: [], returned }
  return { steps: [set('positions', make(TOKENS, type))], returned: [...returned, 'positions'] }
}

/** Qwen2.5-Omni: Qwen2.5-VL's encoder, whose blocks make tables of cosines and sines of their own (`Qwen2_5OmniVisionAttention`). */
export const qwen25OmniImages: FindSense = (config, asked) => {
  const vision = config.object('vision_config')
  const hiddenSize = vision.positive('hidden_size', 3584)
  const grid = gridOf(vision, asked, { hiddenSize, patch: 14, least: 3136, most: 12_845_056 })
  const { patches, tokens } = grid
  const features: Count = ['images', tokens, vision.integer('out_hidden_size', 3584)]
  const angles: Count = ['images', patches, hiddenSize / grid.heads / 2]
  const feedForward = gatedFeedForward(vision)
  const blocks = windowedBlocks(vision, grid, (keys, windows) =>
    gridBlock('rmsNorm', [...rotatedInBlock(grid), ...attendedInGrid(grid, keys, windows)], feedForward, ['angles']),
  )
  const encoder: Steps = [
    set('hidden', embeddedPatches(grid)),
    set('angles', make(angles, 'float32')),
    set('hidden', inOrder('hidden', ['images', patches, hiddenSize])),
    set('angles', inOrder('angles', angles)),
    { each: 'blocks', carries: 'hidden', given: ['angles'], keywords: ['angles'], ...blocks },
    set('hidden', qwenMerger('rmsNorm')),
    set('hidden', inOrder('hidden', features)),
    give('hidden'),
  ]
  const seen: Steps = [set('pixels', { op: 'own', of: 'pixels' }), give(call(encoder, { pixels: 'pixels' }, 'visual'))]
  return {
    tokens,
    input: sizeInWords(grid.size),
    buffers: [{ count: ['images', patches, grid.pixels], type: 'float32' }, TOKEN_MASK],
    passes: ['visual'],
    returned: SEEN_BY_THINKER,
    steps: [
      set('pixels', patchPixels(grid)),
      ...withFeatures(call(seen, { pixels: 'pixels' }), features, { others: 1 }),
      set('positions', make([3, ...TOKENS], 'int64')),
    ],
  }
}

/** Queries, keys and values of layers of their own; the former two are rotated in float32, by tables that each of them makes. */
function rotatedInBlock({ hiddenSize, heads, patches }: GridSizes): Steps {
  const table = (share: number) => make(['images', patches, hiddenSize / heads / share], 'float32')
  const rotated: Steps = [
    set('x', { op: 'wide', of: 'x' }),
    set('cos', table(2)),
    set('sin', table(2)),
    set('cos', table(1)),
    set('sin', table(1)),
    set('turned', { op: 'rotate', of: 'x', by: ['cos', 'sin'] }),
    set('turned', { op: 'narrow', of: 'turned' }),
    give('turned'),
  ]
  return [
    set('query', project('q', 'hidden')),
    set('key', project('k', 'hidden')),
    set('value', project('v', 'hidden')),
    set('query', call(rotated, { x: 'query', angles: 'angles' })),
    set('key', call(rotated, { x: 'key', angles: 'angles' })),
  ]
}

/** A spectrogram has a frame for each hundredth of a second. */
export const FRAMES_PER_SECOND = 100

/** What the published processors hear of a recording at most, in seconds (`chunk_length`). */
const LONGEST = 300

/** Refuses sound that the processor cuts. */
export function heardFrames({ audioSeconds }: AskedSense, family: string): number {
  if (audioSeconds > LONGEST)
    throw new RangeError(
      `\`audioSeconds\` is ${audioSeconds}, but the processor of ${family} cuts sound at ${LONGEST} seconds: pass at most ${LONGEST}`,
    )
  return audioSeconds * FRAMES_PER_SECOND
}

/** The frames of a recording in pieces of so many, the last of which may be shorter. */
export function piecesOf(frames: number, piece: number): number[] {
  return Array.from({ length: Math.ceil(frames / piece) }, (_, index) => Math.min(piece, frames - index * piece))
}

/** The variable `frames` without padding: `[batch, frames, mels]`. */
export const withoutPadding = (padded: number, count: Count): Steps => [
  set('isSound', make(['batch', padded], 'bool')),
  set('frames', { op: 'pick', of: 'frames', mask: 'isSound', count }),
  { drop: 'isSound' },
]

/**
 * Qwen2.5-Omni: Whisper's encoder on pieces of two seconds, which see only themselves: the code makes a mask of all pieces of a batch
 * (`Qwen2_5OmniAudioEncoder`). Sound is padded to 300 seconds by the processor, and the padding is left out.
 */
export const qwen25OmniSound: FindSense = (config, asked) => {
  const audio = config.object('audio_config')
  const sizes = encoderSizes(audio, { mels: 128, hiddenSize: 1280, layers: 32, heads: 20, ffnSize: 5120 })
  const { hiddenSize, heads, mels } = sizes
  const halved = (frames: number): number => Math.floor((frames - 1) / 2) + 1
  const frames = heardFrames(asked, 'Qwen2.5-Omni')
  const pieces = piecesOf(frames, 2 * audio.positive('n_window', 100))
  const longest = Math.max(...pieces)
  const vectors = pieces.reduce((sum, piece) => sum + halved(piece), 0)
  const tokens = Math.floor((vectors - 2) / 2) + 1
  const padded = LONGEST * FRAMES_PER_SECOND
  const features: Count = ['batch', tokens, audio.integer('output_dim', 3584)]
  const all: Count = ['batch', vectors]
  const layer = bartLayer({
    heads,
    headDim: hiddenSize / heads,
    activation: audio.string('activation_function', 'gelu'),
    normsFirst: true,
    read: all,
    batch: [1],
    mask: 'scores',
  })
  const inPieces = (...rest: Count): Count => ['batch', pieces.length, ...rest]
  const encoder: Steps = [
    set('pieces', make(inPieces(mels, longest), 'model')),
    set('ones', make(inPieces(longest), 'int64')),
    set('kept', make(inPieces(halved(longest)), 'bool')),
    set('sum', scaled(activated('gelu', convolved('conv1', 'pieces', inPieces(hiddenSize, longest))), 'ones')),
    set('sum', activated('gelu', convolved('conv2', 'sum', inPieces(hiddenSize, halved(longest))))),
    set('sum', plus('sum', make([halved(longest), hiddenSize], 'compute'))),
    set('hidden', { op: 'pick', of: 'sum', mask: 'kept', count: [...all, hiddenSize] }),
    set('scores', make([...all, ...all], 'compute')),
    { each: 'layers', carries: 'hidden', given: ['scores'], keywords: ['scores'], kinds: [layer] },
    {
      parts: 'hidden',
      count: ['batch'],
      as: 'each',
      into: 'heard',
      steps: [
        set('each', { op: 'pool', of: 'each', count: [tokens, hiddenSize] }),
        set('each', layerNormed('ln_post', 'each')),
        set('each', project('proj', 'each')),
        give('each'),
      ],
    },
    give({ op: 'joined', list: 'heard', isHeld: true }),
  ]
  const heard: Steps = [
    ...withoutPadding(padded, ['batch', frames, mels]),
    give(call(encoder, { frames: 'frames' }, 'audio_tower')),
  ]
  const held = heardByThinker(asked)
  return {
    tokens,
    input: `${asked.audioSeconds.toLocaleString('en-US')} seconds of sound, padded to ${LONGEST}`,
    buffers: [
      { count: ['batch', mels, padded], type: 'float32' },
      { count: ['batch', padded] },
      ...(asked.images > 0 ? [] : [TOKEN_MASK]),
    ],
    passes: ['audio_tower'],
    unused: ['audio_tower.audio_bos_eos_token.'],
    returned: held.returned,
    steps: [
      set('frames', { op: 'input', count: ['batch', mels, padded], type: 'float32' }),
      ...withFeatures(call(heard, { frames: 'frames' }), features, { others: 1, isCounted: false, of: 'sound ' }),
      ...held.steps,
    ],
  }
}
