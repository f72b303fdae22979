import { encoderSizes } from '../blocks/audio-sizes.js'
import type { WhisperEncoderSizes } from '../blocks/whisper-encoder.js'
import { bartLayer } from '../program/bart.js'
import {
  activated,
  type Count,
  convolved,
  give,
  layerNormed,
  make,
  plus,
  project,
  type Step,
  type Steps,
  set,
  TOKENS,
  type Value,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import type { FindSense } from '../sense.js'

/** A spectrogram has a frame for each hundredth of a second. */
const FRAMES_PER_SECOND = 100

/** Voxtral: Whisper's encoder on pieces of 30 seconds, and four frames in one token. */
export const voxtralSound: FindSense = (config, { audioSeconds }, prefix) => {
  const audio = config.object('audio_config')
  const sizes = {
    hiddenSize: audio.positive('hidden_size', 1280),
    ffnSize: audio.integer('intermediate_size', 5120),
    layers: audio.integer('num_hidden_layers', 32),
    heads: audio.positive('num_attention_heads', 20),
    mels: audio.integer('num_mel_bins', 128),
    positions: audio.integer('max_source_positions', 1500),
  }
  const pieces = Math.ceil((audioSeconds * FRAMES_PER_SECOND) / (2 * sizes.positions))
  const tokens = pieces * Math.floor((sizes.positions * sizes.hiddenSize) / sizes.ffnSize)
  const features = config.object('text_config').positive('hidden_size', 3072)
  const at = `${prefix}audio_tower`
  const projector = `${prefix}multi_modal_projector`
  const steps: Steps = [
    ...whisperSteps(at, sizes, pieces, audio.string('activation_function', 'gelu'), {
      place: (of) => ({ op: 'narrow', of }),
    }),
    set('hidden', layerNormed(`${at}.layer_norm`, 'hidden')),
    set('seen', 'hidden'),
    { drop: 'hidden' },
    set('projected', {
      op: 'call',
      at: projector,
      with: { x: 'seen' },
      steps: [
        set('x', project('linear_1', 'x')),
        set('x', activated(config.string('projector_hidden_act', 'gelu'), 'x')),
        set('x', project('linear_2', 'x')),
        give('x'),
      ],
    }),
    give('projected'),
  ]
  return {
    tokens,
    input: `${audioSeconds.toLocaleString('en-US')} seconds of sound in pieces of ${(2 * sizes.positions) / FRAMES_PER_SECOND}`,
    buffers: [{ count: spectrogram(sizes, pieces), type: 'float32' }],
    passes: [at, projector],
    unused: [`${at}.embed_positions.`],
    untilLoss: ['features', 'mask', 'merged'],
    steps: [
      set('frames', { op: 'input', count: spectrogram(sizes, pieces), type: 'float32' }),
      ...withFeatures({ op: 'call', steps, with: { frames: 'frames' } }, ['batch', tokens, features], {
        isCounted: false,
      }),
      set('merged', 'embedded'),
    ],
  }
}

/** Qwen2-Audio: Whisper's encoder on 30 seconds with a mask, and means of two frames as tokens. */
export const qwen2AudioSound: FindSense = (config, { audioSeconds }, prefix) => {
  const audio = config.object('audio_config')
  const sizes = encoderSizes(audio, { mels: 128, hiddenSize: 1280, layers: 32, heads: 20, ffnSize: 5120 })
  const { hiddenSize, positions } = sizes
  const longest = (2 * positions) / FRAMES_PER_SECOND
  if (audioSeconds > longest)
    throw new RangeError(
      `\`audioSeconds\` is ${audioSeconds}, but the processor of qwen2_audio cuts sound at ${longest} seconds: pass at most ${longest}`,
    )
  const frames = Math.floor((audioSeconds * FRAMES_PER_SECOND - 1) / 2) + 1
  const tokens = Math.floor((frames - 2) / 2) + 1
  const joined = Math.floor((positions - 2) / 2) + 1
  const features = config.object('text_config').positive('hidden_size', 4096)
  const at = `${prefix}audio_tower`
  const pooled: Count = ['batch', joined, hiddenSize]
  const encoder: Steps = [
    ...whisperSteps('', sizes, 1, audio.string('activation_function', 'gelu'), { mask: 'mask' }),
    set('hidden', { op: 'pool', of: 'hidden', count: pooled }),
    set('hidden', layerNormed('layer_norm', 'hidden')),
    give('hidden'),
  ]
  return {
    tokens,
    input: `${audioSeconds.toLocaleString('en-US')} seconds of sound, padded to ${longest}`,
    buffers: [{ count: spectrogram(sizes, 1), type: 'float32' }, { count: ['batch', 2 * positions] }],
    passes: [at, `${prefix}multi_modal_projector`],
    unused: [`${at}.embed_positions.`],
    untilLoss: ['features', 'mask', 'merged', 'seen', 'scores', 'padding', 'placed', 'whole'],
    steps: [
      set('frames', { op: 'input', count: spectrogram(sizes, 1), type: 'float32' }),
      set('places', make([positions], 'int64')),
      set('padding', make(['batch', positions], 'bool')),
      set('scores', make(['batch', positions, positions], 'model')),
      set('seen', { op: 'call', at, steps: encoder, with: { frames: 'frames', mask: 'scores' } }),
      set('projected', {
        op: 'call',
        at: `${prefix}multi_modal_projector`,
        with: { x: 'seen' },
        steps: [set('x', project('linear', 'x')), give('x')],
      }),
      set('placed', make(TOKENS, 'bool')),
      set('whole', make(['batch', joined], 'bool')),
      set('picked', { op: 'pick', of: 'projected', mask: 'whole', count: ['batch', tokens, features] }),
      { drop: 'projected' },
      ...withFeatures('picked', ['batch', tokens, features], { drops: ['picked'], isCounted: false }),
      set('merged', 'embedded'),
    ],
  }
}

function spectrogram({ mels, positions }: WhisperEncoderSizes, pieces: number): Count {
  return ['batch', pieces, mels, 2 * positions]
}

/** Whisper's encoder up to its last layer, from the variable `frames` to `hidden`. */
function whisperSteps(
  at: string,
  { hiddenSize, heads, positions }: WhisperEncoderSizes,
  pieces: number,
  activation: string,
  { mask, place = (sum: Value): Value => sum }: { mask?: string; place?: (sum: Value) => Value } = {},
): Steps {
  const named = (name: string): string => (at === '' ? name : `${at}.${name}`)
  const layer = bartLayer({
    heads,
    headDim: hiddenSize / heads,
    activation,
    normsFirst: true,
    copiesHeads: true,
    read: [positions],
    batch: ['batch', pieces],
    eager: { softmax: 'scores' },
    ...(mask !== undefined && { mask }),
  })
  const wide: Count = ['batch', pieces, hiddenSize, 2 * positions]
  const narrow: Count = ['batch', pieces, hiddenSize, positions]
  return [
    set('cast', { op: 'own', of: 'frames' }),
    set('sum', activated('gelu', convolved(named('conv1'), 'cast', wide))),
    set('sum', activated('gelu', convolved(named('conv2'), 'sum', narrow))),
    // Voxtral's positions are in float32, and its code casts the sum back.
    set('hidden', place(plus('sum', { op: 'parameter', name: named('embed_positions.weight') }))),
    { each: named('layers'), carries: 'hidden', kinds: [layer], ...(mask !== undefined && { given: [mask] }) } as Step,
  ]
}
