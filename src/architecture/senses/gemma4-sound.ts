import type { ConfigReader } from '../config-reader.js'
import {
  activated,
  type Count,
  call,
  convolved,
  give,
  layerNormed,
  make,
  normed,
  project,
  type Steps,
  scaled,
  set,
  TOKENS,
  type Value,
  written,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import type { FindSense } from '../sense.js'
import { linearOf, TOKEN_TYPES } from './gemma4.js'

/** What the processor hears at most, in seconds, and its samples of a second. */
const LONGEST = 30
const RATE = 16_000

/** Samples between frames, those of a frame, and what the processor pads sound to a multiple of (`Gemma4AudioFeatureExtractor`). */
const HOP = 160
const WINDOW = 321
const STEP = 128

/** The sizes of the encoder of sound. */
interface Sizes {
  readonly hiddenSize: number
  readonly heads: number
  readonly bands: number
  readonly channels: readonly [first: number, second: number]
  readonly kernel: number
  readonly activation: string
  readonly chunk: number
  readonly past: number
  readonly future: number
  readonly isClipped: boolean
  /** Frames of the spectrogram, and what two convolutions leave of them. */
  readonly frames: number
  readonly steps: number
}

/** Gemma 4's Conformer on chunks of sound, whose layers are never recomputed (`Gemma4AudioModel`, transformers 5.24). */
export const gemma4Sound: FindSense = (config, { audioSeconds, images }, prefix) => {
  if (!config.has('audio_config'))
    throw new RangeError('`audioSeconds` is given, but this model has no `audio_config`: leave it out')
  if (audioSeconds > LONGEST)
    throw new RangeError(
      `\`audioSeconds\` is ${audioSeconds}, but the processor of Gemma 4 cuts sound at ${LONGEST} seconds: pass at most ${LONGEST}`,
    )
  const audio = config.object('audio_config')
  const samples = audioSeconds * RATE
  const framesOf = (count: number): number => Math.floor((count + HOP - WINDOW) / HOP) + 1
  const sizes = sizesOf(audio, framesOf(Math.ceil(samples / STEP) * STEP))
  const { bands, frames } = sizes
  const tokens = Math.ceil(framesOf(samples) / 4)
  const outFeatures = audio.integer('output_proj_dims', 1536)
  const features: Count = ['batch', tokens, config.object('text_config').positive('hidden_size', 2304)]
  const tower = `${prefix}audio_tower`
  const embedder: Steps = [
    set('x', { op: 'norm', kind: 'rmsNormPowerWithoutGain', module: '', of: 'x', size: outFeatures }),
    give(project('embedding_projection', 'x')),
  ]
  return {
    tokens,
    input: `${audioSeconds.toLocaleString('en-US')} seconds of sound`,
    buffers: [
      { count: ['batch', frames, bands], type: 'float32' },
      { count: ['batch', frames], type: 'bool' },
      ...(images > 0 ? [] : [TOKEN_TYPES]),
    ],
    passes: [tower, `${prefix}embed_audio`],
    placeholderMasks: 1,
    steps: [
      ...(images > 0 ? [] : [set('sound mask', make(TOKENS, 'bool'))]),
      set('frames', { op: 'input', count: ['batch', frames, bands], type: 'float32' }),
      // Views of the mask that the processor makes.
      set('isSound', make([0], 'bool')),
      set('heard', call(encoder(sizes), { frames: 'frames', isSound: 'isSound' }, tower)),
      set('spoken', call(embedder, { x: 'heard' }, `${prefix}embed_audio`)),
      ...withFeatures({ op: 'pick', of: 'spoken', mask: 'isSound', count: features }, features, {
        isMasked: true,
        of: 'sound ',
      }),
    ],
  }
}

function sizesOf(audio: ConfigReader, frames: number): Sizes {
  const [first = 128, second = 32] = audio.integers('subsampling_conv_channels') ?? []
  return {
    hiddenSize: audio.positive('hidden_size', 1024),
    heads: audio.positive('num_attention_heads', 8),
    bands: first,
    channels: [first, second],
    kernel: audio.positive('conv_kernel_size', 5),
    activation: audio.string('hidden_act', 'silu'),
    chunk: audio.positive('attention_chunk_size', 12),
    past: audio.positive('attention_context_left', 13) - 1,
    future: audio.integer('attention_context_right', 0),
    isClipped: audio.boolean('use_clipped_linears', true),
    frames,
    steps: halved(halved(frames)),
  }
}

/** What a convolution of every second step leaves. */
const halved = (size: number): number => Math.floor((size - 1) / 2) + 1

/** From `frames` to a vector for each step. */
function encoder(sizes: Sizes): Steps {
  const { hiddenSize, chunk, past, future, steps } = sizes
  const context = chunk + past + future
  const distances = Math.floor(context / 2) + 1
  return [
    set('hidden', call(subsampled(sizes), { frames: 'frames', isSound: 'isSound' }, 'subsample_conv_projection')),
    set('places', make([distances, hiddenSize], 'compute')),
    set('mask', make(['batch', Math.ceil(steps / chunk), chunk, context], 'compute')),
    {
      each: 'layers',
      isKept: true,
      carries: 'hidden',
      given: ['places', 'mask'],
      kinds: [layerSteps(sizes, distances)],
    },
    set('hidden', project('output_proj', 'hidden')),
    give('hidden'),
  ]
}

/** Two convolutions of every second step and band, each with a norm of its channels. */
function subsampled({ channels, bands, frames }: Sizes): Steps {
  const [first, second] = channels
  const layer = (count: Count): Steps => [
    set('hidden', scaled('hidden', 'isSound')),
    set('hidden', convolved('conv', { op: 'own', of: 'hidden' }, count)),
    set('hidden', activated('relu', { op: 'reorder', of: layerNormed('norm', 'hidden') })),
    give('hidden'),
  ]
  const [rows, columns] = [halved(frames), halved(bands)]
  const given = { isSound: 'isSound' }
  return [
    set('hidden', 'frames'),
    set('hidden', call(layer(['batch', first, rows, columns]), { hidden: 'hidden', ...given }, 'layer0')),
    set(
      'hidden',
      call(layer(['batch', second, halved(rows), halved(columns)]), { hidden: 'hidden', ...given }, 'layer1'),
    ),
    set('hidden', { op: 'reorder', of: 'hidden' }),
    give(project('input_proj_linear', 'hidden')),
  ]
}

/** A layer: half a network, attention, a convolution, and another half of a network (`Gemma4AudioLayer`). */
function layerSteps(sizes: Sizes, distances: number): Steps {
  const { hiddenSize, heads, kernel, activation, chunk, past, future, isClipped, steps } = sizes
  const linear = linearOf(sizes)
  const norm = (name: string): Steps => [set('hidden', normed('rmsNormFloat32Power', name, 'hidden'))]
  const clamp: Steps = [set('hidden', { op: 'clamp', of: 'hidden' })]
  const sum: Value = { op: 'addInPlace', of: ['hidden', 'residual'] }
  const network: Steps = [
    set('residual', 'hidden'),
    ...clamp,
    ...norm('pre_layer_norm'),
    set('hidden', linear('ffw_layer_1', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    set('hidden', linear('ffw_layer_2', 'hidden')),
    ...clamp,
    ...norm('post_layer_norm'),
    set('hidden', { op: 'scaleInPlace', of: 'hidden' }),
    set('hidden', sum),
    give('hidden'),
  ]
  const convolution: Steps = [
    set('x', { op: 'pad', of: 'x', count: ['batch', hiddenSize, steps + kernel - 1] }),
    give(convolved('', 'x', ['batch', hiddenSize, steps])),
  ]
  const lightly: Steps = [
    set('residual', 'hidden'),
    ...norm('pre_layer_norm'),
    set('hidden', linear('linear_start', 'hidden')),
    set('hidden', { op: 'gatedHalves', of: 'hidden' }),
    set('hidden', call(convolution, { x: 'hidden' }, 'depthwise_conv1d')),
    ...clamp,
    ...norm('conv_norm'),
    set('hidden', activated(activation, 'hidden')),
    set('hidden', linear('linear_end', 'hidden', { isTurned: true })),
    set('hidden', sum),
    give('hidden'),
  ]
  const attention = written({ kind: 'chunkedSound', heads, steps, chunk, past, future, distances, isClipped })
  const given = { places: 'places', mask: 'mask' }
  return [
    set('hidden', call(network, { hidden: 'hidden' }, 'feed_forward1')),
    set('residual', 'hidden'),
    ...clamp,
    ...norm('norm_pre_attn'),
    set('hidden', call([give(attention)], { hidden: 'hidden', ...given }, 'self_attn')),
    ...clamp,
    ...norm('norm_post_attn'),
    set('hidden', sum),
    set('hidden', call(lightly, { hidden: 'hidden' }, 'lconv1d')),
    set('hidden', call(network, { hidden: 'hidden' }, 'feed_forward2')),
    ...clamp,
    ...norm('norm_out'),
    give('hidden'),
  ]
}
