import type { ConfigReader } from '../config-reader.js'
import { call, dropped, dropping, give, make, project, set, written } from './build.js'
import type { Count } from './count.js'
import type { Buffer, Program } from './program.js'
import { RATE, SAMPLES } from './sound.js'
import { extractor, isLayerNormed, type Sound, soundOf } from './sound-features.js'
import { masks, specAugment } from './spec-augment.js'
import { adapterSteps, encoderSteps, type SpeechEncoder } from './speech-encoder.js'
import { speechHead, weighs } from './speech-heads.js'
import type { Steps, Value } from './steps.js'

/** How a family of wav2vec 2.0's kind differs from it. */
export interface Wav2Vec2Program extends SpeechEncoder {
  /** The prefix of the class names. */
  readonly name: string
  /** The name of the encoder inside the classes. */
  readonly prefix: string
  /** Whether the features have a norm before their projection. */
  readonly normsFeatures: boolean
  /** Whether the model holds the features with their norm (wav2vec 2.0), or as they are (HuBERT). */
  readonly holds: 'normed' | 'features'
}

/**
 * A class of wav2vec 2.0, HuBERT or WavLM (`modeling_wav2vec2.py` of transformers 4.57.6): convolutions over the sound, a convolution of positions,
 * and a transformer.
 *
 * @returns nothing for a class or a config that is not described
 */
export function wav2vec2Program(config: ConfigReader, className: string, family: Wav2Vec2Program): Program | undefined {
  const suffix = className.slice(family.name.length)
  const sound = soundOf(config)
  const head = speechHead(config, suffix, sound)
  if (!head) return undefined
  const at = suffix === 'Model' ? '' : `${family.prefix}.`
  const count: Count = ['batch', SAMPLES]
  const { steps, ...facts } = head
  return {
    hears: true,
    ...facts,
    says: [
      `sound with ${RATE.toLocaleString('en-US')} samples for each second, all of one length, so that nothing is padded or masked`,
      'in training, no layer is left out at random (`layerdrop`), and SpecAugment masks as many moments as it can: with layers left out, less memory is needed',
      ...(facts.says ?? []),
    ],
    buffers: [{ count, type: 'model' }, ...(family.normsBatch ? statistics(config) : [])],
    ...(!(masks(config).share > 0) && { untrained: [`${at}masked_spec_embed`] }),
    steps: [
      set('sound', { op: 'expand', of: make([0], 'model'), count }),
      // The code gives the sound a gradient, so that layers can be recomputed.
      { trains: [set('sound', { op: 'variable', of: 'sound', isAlways: true })] },
      ...modelSteps(config, family, at, sound, weighs(config, suffix)),
      ...steps,
    ],
  }
}

/** The running mean and variance of a norm of batches, and the count of batches. */
const statistics = (config: ConfigReader): Buffer[] => [
  { count: [2 * config.positive('hidden_size', 768)], type: 'model' },
  { count: [1] },
]

/** From `sound` to `hidden`. The variables of a model with a head live as long as the step: its outputs hold them. */
function modelSteps(config: ConfigReader, family: Wav2Vec2Program, at: string, sound: Sound, isKept: boolean): Steps {
  const { normsFeatures, holds } = family
  const { frames, width } = sound
  const isInOrder = isLayerNormed(config)
  const inside = `${at}feature_projection`
  const features = { shape: ['batch', frames, width], isInOrder } as const
  const normed: Value = call(
    [give(written({ kind: 'turnedNorm', ...features, module: 'layer_norm' }))],
    { features: 'features' },
    inside,
  )
  const rate = config.number('feat_proj_dropout', 0)
  const projection: Steps = [
    ...(normsFeatures ? [set('x', written({ kind: 'turnedNorm', ...features, module: 'layer_norm' }))] : []),
    set(
      'x',
      normsFeatures ? project('projection', 'x') : written({ kind: 'turnedLinear', ...features, module: 'projection' }),
    ),
    ...dropping(rate, 'x'),
    give('x'),
  ]
  return [
    set('features', call(extractor(config, sound), { x: 'sound' }, `${at}feature_extractor`)),
    ...(holds === 'normed'
      ? [
          set('normed', normed),
          set('projected', dropped(rate, project(`${inside}.projection`, 'normed'))),
          set('features', 'normed'),
          { drop: 'normed' },
        ]
      : [set('projected', call(projection, { features: 'features' }, inside))]),
    ...specAugment(config, at, frames),
    ...encoderSteps(config, family, at, frames, isKept),
    { drop: 'projected' },
    ...(holds === 'features' ? [{ drop: 'features' }] : []),
    ...adapterSteps(config, at, sound),
  ]
}
