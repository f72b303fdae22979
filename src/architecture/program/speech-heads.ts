import { labelCount } from '../blocks/label-count.js'
import type { ConfigReader } from '../config-reader.js'
import { call, dropped, give, make, project, set, written } from './build.js'
import type { Count, Frames } from './count.js'
import type { Program } from './program.js'
import { SAMPLES } from './sound.js'
import type { Sound } from './sound-features.js'
import type { Steps } from './steps.js'

/** What a class computes from `hidden`, and its loss. */
export type SpeechHead = Pick<Program, 'steps' | 'loss' | 'labels' | 'says' | 'writes'>

/**
 * The head of a class of wav2vec 2.0's kind.
 *
 * @param suffix - the name of the class without its prefix
 * @returns nothing for a class or a config that is not described
 */
export function speechHead(config: ConfigReader, suffix: string, sound: Sound): SpeechHead | undefined {
  const { frames, adapted } = sound
  const heads: Readonly<Record<string, () => SpeechHead>> = {
    Model: () => ({ steps: [give('hidden')] }),
    ForCTC: () => {
      const last = adapted.at(-1) ?? frames
      const rate = config.number('final_dropout', 0)
      const size = config.derived('output_hidden_size', config.positive('hidden_size', 768))
      const turned = {
        kind: 'turnedLinear',
        shape: ['batch', last, size],
        isInOrder: false,
        module: 'lm_head',
      } as const
      return {
        steps: [
          set('dropped', dropped(rate, 'hidden')),
          give(
            config.boolean('add_adapter', false)
              ? call([give(written(turned))], { features: 'dropped' })
              : project('lm_head', 'dropped'),
          ),
        ],
        writes: true,
        labels: ['batch', 'target'],
        loss: written({
          kind: 'ctcLoss',
          samples: [SAMPLES],
          steps: [last],
          labels: ['target'],
          isMean: config.string('ctc_loss_reduction', 'sum') === 'mean',
          dropsInfinite: config.boolean('ctc_zero_infinity', false),
        }),
        says: [
          'in training, each sound has `targetLength` characters (as many as `sequenceLength`, if that is all that is given)',
        ],
      }
    },
    ForSequenceClassification: () => ({
      steps: [
        set('projected', project('projector', weighs(config, suffix) ? 'weighted' : 'hidden')),
        set('pooled', { op: 'mean', of: 'projected', count: ['batch', config.integer('classifier_proj_size', 256)] }),
        give(project('classifier', 'pooled')),
      ],
      labels: ['batch'],
      loss: { op: 'entropy', of: 'result' },
    }),
    ForXVector: () => xVector(config, frames, weighs(config, suffix) ? 'weighted' : 'hidden'),
    ForAudioFrameClassification: () => ({
      steps: [give(project('classifier', weighs(config, suffix) ? 'weighted' : 'hidden'))],
      labels: ['batch', frames, labelCount(config)],
      loss: call(
        [set('places', make(['batch', frames], 'int64')), give({ op: 'entropy', of: 'result', labels: 'places' })],
        {
          result: 'result',
        },
      ),
      says: ['in training, each moment has a number (int64) for each label'],
    }),
  }
  const head = heads[suffix]?.()
  // Two of these classes refuse an adapter, and none is described with one.
  if (!head || (WEIGHING.has(suffix) && config.boolean('add_adapter', false))) return undefined
  return weighs(config, suffix) ? { ...head, steps: [...weighing(config, frames), ...head.steps] } : head
}

/** Whether a class weighs the outputs of all layers. */
export const weighs = (config: ConfigReader, suffix: string): boolean =>
  WEIGHING.has(suffix) && config.boolean('use_weighted_layer_sum', false)

const WEIGHING: ReadonlySet<string> = new Set([
  'ForSequenceClassification',
  'ForAudioFrameClassification',
  'ForXVector',
])

/** The sum of the inputs of all layers and of the last output, with learned weights. */
function weighing(config: ConfigReader, frames: Frames): Steps {
  const layers = config.integer('num_hidden_layers', 12)
  const states = Array.from({ length: layers + 1 }, (_, index) => `state${index}`)
  return [set('weighted', written({ kind: 'weightedLayers', states, steps: [frames] }))]
}

/** A vector for each speaker: a time delay network, and the mean and the deviation of what it makes of each step (`Wav2Vec2ForXVector`). */
function xVector(config: ConfigReader, { frames, rate }: Frames, of: string): SpeechHead {
  const widths = config.integers('tdnn_dim') ?? [512, 512, 512, 512, 1500]
  const kernels = config.integers('tdnn_kernel') ?? [5, 3, 3, 1, 1]
  const dilations = config.integers('tdnn_dilation') ?? [1, 2, 3, 1, 1]
  const behind = [...frames]
  const shapes = widths.map((width, index): Count => {
    behind.push({ kernel: (dilations[index] ?? 1) * ((kernels[index] ?? 1) - 1) + 1, stride: 1 })
    return [{ frames: [...behind], rate }, width]
  })
  const last = widths.at(-1) ?? 1500
  const delays = shapes.map((to, index) =>
    set(
      'x',
      call(
        [
          give(
            written({
              kind: 'timeDelay',
              from: shapes[index - 1] ?? [{ frames, rate }, widths[0] ?? 512],
              to,
              kernel: kernels[index] ?? 1,
            }),
          ),
        ],
        { x: 'x' },
        `tdnn.${index}`,
      ),
    ),
  )
  return {
    steps: [
      set('x', of),
      set('x', project('projector', 'x')),
      ...delays,
      set('mean', { op: 'mean', of: 'x', count: ['batch', last] }),
      set('deviation', written({ kind: 'stepsDeviation', shape: shapes.at(-1) ?? [] })),
      set('pooled', { op: 'concat', of: ['mean', 'deviation'] }),
      set('vector', project('feature_extractor', 'pooled')),
      give(project('classifier', 'vector')),
    ],
    labels: ['batch'],
    loss: call(
      [give(written({ kind: 'speakerLoss', speakers: labelCount(config) }))],
      { result: 'result' },
      'objective',
    ),
  }
}
