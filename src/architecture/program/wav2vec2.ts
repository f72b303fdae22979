import { labelCount } from '../blocks/label-count.js'
import type { ConfigReader } from '../config-reader.js'
import {
  activated,
  attended,
  call,
  dropped,
  dropping,
  give,
  layerNormed,
  make,
  plus,
  project,
  set,
  written,
} from './build.js'
import type { Count, Frames, Strided } from './count.js'
import type { Program } from './program.js'
import type { Assignment, Loop, Step, Steps, Value } from './steps.js'

/** How a family of wav2vec 2.0's kind differs from it. */
export interface Wav2Vec2Program {
  /** The prefix of the class names. */
  readonly name: string
  /** The name of the encoder inside the classes. */
  readonly prefix: string
  /** Whether the features have a norm before their projection. */
  readonly normsFeatures: boolean
  /** Whether the model holds the features with their norm (wav2vec 2.0), or as they are (HuBERT). */
  readonly holds: 'normed' | 'features'
  /** Attention with biases for distances, which have gates (WavLM). Default: none. */
  readonly gates?: boolean
}

/** The samples of a second that the published feature extractors make. */
const RATE = 16_000

/**
 * A class of wav2vec 2.0, HuBERT or WavLM (`modeling_wav2vec2.py` of transformers 4.57.6): convolutions over the sound, a convolution of positions,
 * and a transformer.
 *
 * @returns nothing for a class or a config that is not described
 */
export function wav2vec2Program(config: ConfigReader, className: string, family: Wav2Vec2Program): Program | undefined {
  const suffix = className.slice(family.name.length)
  const sound = soundOf(config)
  const head = headOf(config, suffix, sound)
  if (!head || config.boolean('conv_pos_batch_norm', false)) return undefined
  const at = suffix === 'Model' ? '' : `${family.prefix}.`
  const count: Count = ['batch', { frames: [], rate: RATE }]
  const { steps, ...facts } = head
  return {
    hears: true,
    ...facts,
    says: [
      `sound with ${RATE.toLocaleString('en-US')} samples for each second, all of one length, so that nothing is padded or masked`,
      'in training, no layer is left out at random (`layerdrop`), and SpecAugment masks as many moments as it can: with layers left out, less memory is needed',
      ...(facts.says ?? []),
    ],
    buffers: [{ count, type: 'model' }],
    ...(!(masks(config).share > 0) && { untrained: [`${at}masked_spec_embed`] }),
    steps: [
      set('sound', { op: 'expand', of: make([0], 'model'), count }),
      // The code gives the sound a gradient, so that layers can be recomputed.
      { trains: [set('sound', { op: 'variable', of: 'sound', isAlways: true })] },
      ...modelSteps(config, family, at, sound),
      ...steps,
    ],
  }
}

/** What the convolutions make of the sound. */
interface Sound {
  readonly convolutions: readonly Convolution[]
  /** The steps that are left. */
  readonly frames: Frames
  /** Those behind each convolution of the adapter. */
  readonly adapted: readonly Frames[]
  /** The features of a step in the end. */
  readonly width: number
}

interface Convolution {
  readonly width: number
  readonly frames: Frames
}

function soundOf(config: ConfigReader): Sound {
  const widths = config.integers('conv_dim') ?? Array.from({ length: 7 }, () => 512)
  const kernels = config.integers('conv_kernel') ?? [10, 3, 3, 3, 3, 2, 2]
  const strides = config.integers('conv_stride') ?? [5, 2, 2, 2, 2, 2, 2]
  const before: Strided[] = []
  const next = (kernel: number, stride: number): Frames => {
    before.push({ kernel, stride })
    return { frames: [...before], rate: RATE }
  }
  const convolutions = widths.map((width, index) => ({ width, frames: next(kernels[index] ?? 1, strides[index] ?? 1) }))
  const frames = convolutions.at(-1)?.frames ?? { frames: [], rate: RATE }
  const isAdapted = config.boolean('add_adapter', false)
  // Each has a zero before and behind the steps.
  const kernel = config.positive('adapter_kernel_size', 3) - 2
  const stride = config.positive('adapter_stride', 2)
  const layers = isAdapted ? config.integer('num_adapter_layers', 3) : 0
  return {
    convolutions,
    frames,
    adapted: Array.from({ length: layers }, () => next(kernel, stride)),
    width: widths.at(-1) ?? 512,
  }
}

type Head = Pick<Program, 'steps' | 'loss' | 'labels' | 'says' | 'writes'>

function headOf(config: ConfigReader, suffix: string, sound: Sound): Head | undefined {
  const { frames, adapted } = sound
  const heads: Readonly<Record<string, () => Head>> = {
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
          samples: [{ frames: [], rate: RATE }],
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
        set('projected', project('projector', weighted(config) ? 'weighted' : 'hidden')),
        set('pooled', { op: 'mean', of: 'projected', count: ['batch', config.integer('classifier_proj_size', 256)] }),
        give(project('classifier', 'pooled')),
      ],
      labels: ['batch'],
      loss: { op: 'entropy', of: 'result' },
    }),
    ForAudioFrameClassification: () => ({
      steps: [give(project('classifier', weighted(config) ? 'weighted' : 'hidden'))],
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
  const isWeighted = suffix.endsWith('Classification') && weighted(config)
  // These classes refuse an adapter.
  if (!head || (suffix.endsWith('Classification') && config.boolean('add_adapter', false))) return undefined
  return isWeighted ? { ...head, steps: [...weighing(config, frames), ...head.steps] } : head
}

const weighted = (config: ConfigReader): boolean => config.boolean('use_weighted_layer_sum', false)

/** The sum of the inputs of all layers and of the last output, with learned weights. */
function weighing(config: ConfigReader, frames: Frames): Steps {
  const layers = config.integer('num_hidden_layers', 12)
  const states = Array.from({ length: layers + 1 }, (_, index) => `state${index}`)
  return [set('weighted', written({ kind: 'weightedLayers', states, steps: [frames] }))]
}

/** Whether all convolutions over the sound have a layer norm. The first has a group norm otherwise. */
const isLayerNormed = (config: ConfigReader): boolean => config.string('feat_extract_norm', 'group') === 'layer'

/** From `sound` to `hidden`. The variables of a model with a head live as long as the step: its outputs hold them. */
function modelSteps(config: ConfigReader, family: Wav2Vec2Program, at: string, sound: Sound): Steps {
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
    ...encoderSteps(config, family, at, frames),
    { drop: 'projected' },
    ...(holds === 'features' ? [{ drop: 'features' }] : []),
    ...adapterSteps(config, at, sound),
  ]
}

/** The convolutions over the sound, each of which can be recomputed. The first has a norm of each channel, or all have one of each step. */
function extractor(config: ConfigReader, { convolutions }: Sound): Steps {
  const isLayer = isLayerNormed(config)
  const activation = config.string('feat_extract_activation', 'gelu')
  return [
    {
      each: 'conv_layers',
      carries: 'x',
      kinds: convolutions.map(({ width, frames }, index) => {
        const before = convolutions[index - 1]
        return [
          give(
            written({
              kind: 'soundConvolution',
              from: before ? ['batch', before.width, before.frames] : ['batch', 1, { frames: [], rate: RATE }],
              to: ['batch', width, frames],
              norm: isLayer ? 'steps' : index === 0 ? 'channels' : 'none',
              activation,
              isTurned: isLayer && index > 0,
            }),
          ),
        ]
      }),
      kindOf: convolutions.map((_, index) => index),
    },
    give('x'),
  ]
}

/** The share of moments that SpecAugment masks, and whether it masks features. */
function masks(config: ConfigReader): { readonly share: number; readonly isOfFeatures: boolean } {
  const isOn = config.boolean('apply_spec_augment', true)
  const share = config.number('mask_time_prob', 0.05)
  const isOfFeatures = config.number('mask_feature_prob', 0) > 0
  return { share: isOn ? share : 0, isOfFeatures: isOn && isOfFeatures }
}

/** SpecAugment's masks (arXiv:1904.08779), in training. */
function specAugment(config: ConfigReader, at: string, frames: Frames): Steps {
  const { share, isOfFeatures } = masks(config)
  if (!(share > 0 || isOfFeatures)) return []
  const time = {
    share,
    length: config.integer('mask_time_length', 10),
    least: config.integer('mask_time_min_masks', 2),
  }
  const masked = written({
    kind: 'specAugment',
    steps: [frames],
    hiddenSize: config.positive('hidden_size', 768),
    ...(share > 0 && { time }),
    isOfFeatures,
  })
  return [{ trains: [set('projected', call([give(masked)], { hidden: 'projected' }, at.slice(0, -1)))] }]
}

/** The encoder, from `projected` to `hidden`. */
function encoderSteps(config: ConfigReader, { gates = false }: Wav2Vec2Program, at: string, frames: Frames): Steps {
  const isStable = config.boolean('do_stable_layer_norm', false)
  const layers = config.integer('num_hidden_layers', 12)
  const rate = config.number('hidden_dropout', 0)
  const positions = written({
    kind: 'positionalConvolution',
    steps: [frames],
    kernel: config.positive('num_conv_pos_embeddings', 128),
    activation: config.string('feat_extract_activation', 'gelu'),
  })
  const norm: Assignment = set('hidden', layerNormed(`${at}encoder.layer_norm`, 'hidden'))
  const isKept = weighted(config)
  const loop: Loop = {
    each: `${at}encoder.layers`,
    carries: 'hidden',
    ...(isKept && { keeps: 'state' }),
    ...(gates && { shares: ['bias'], kindOf: Array.from({ length: layers }, (_, index) => Math.min(index, 1)) }),
    kinds: gates
      ? [true, false].map((isFirst) => layerSteps(config, gatedAttention(config, frames, isFirst)))
      : [layerSteps(config, plainAttention(config, frames))],
  }
  return [
    set('positions', call([give(positions)], { hidden: 'projected' }, `${at}encoder.pos_conv_embed`)),
    set('hidden', plus('projected', 'positions')),
    ...(isStable ? [] : [norm]),
    ...dropping(rate, 'hidden'),
    loop,
    ...(gates ? [{ drop: 'bias' }] : []),
    ...(isStable ? [norm, ...(isKept ? [set(`state${layers}`, 'hidden')] : [])] : []),
    { drop: 'positions' },
  ]
}

/** Convolutions that make the output shorter (`Wav2Vec2Adapter`). */
function adapterSteps(config: ConfigReader, at: string, { frames, adapted }: Sound): Steps {
  if (!config.boolean('add_adapter', false)) return []
  const size = config.derived('output_hidden_size', config.positive('hidden_size', 768))
  const steps: Count[] = [frames, ...adapted].map((one) => [one])
  return [
    set('hidden', call([give(written({ kind: 'soundAdapter', steps, size }))], { hidden: 'hidden' }, `${at}adapter`)),
  ]
}

/** Attention of a layer, from `hidden` to `out`. */
function plainAttention(config: ConfigReader, frames: Frames): Steps {
  const hiddenSize = config.positive('hidden_size', 768)
  const heads = config.positive('num_attention_heads', 12)
  const steps: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        queries: [frames],
        dropout: config.number('attention_dropout', 0),
        // BART's eager attention leaves the scores in 16 bits.
        eager: { softmax: 'scores', weights: 'none' },
        returnsWeights: 'layer',
      }),
    ),
    set('out', project('out_proj', 'out')),
    give('out'),
  ]
  return [set('out', call(steps, { hidden: 'hidden' }, 'attention'))]
}

/** WavLM's. The first layer makes the biases of all. */
function gatedAttention(config: ConfigReader, frames: Frames, isFirst: boolean): Step[] {
  const heads = config.positive('num_attention_heads', 12)
  const bias = written({ kind: 'speechBias', heads, steps: [frames] })
  const attention = written({ kind: 'gatedAttention', heads, steps: [frames] })
  return [
    ...(isFirst ? [set('bias', call([give(bias)], {}, 'attention'))] : []),
    set('out', call([give(attention)], { hidden: 'hidden', bias: 'bias' }, 'attention')),
  ]
}

/** `Wav2Vec2EncoderLayer`, and `Wav2Vec2EncoderLayerStableLayerNorm` with norms before its blocks. */
function layerSteps(config: ConfigReader, attention: Steps): Steps {
  const isStable = config.boolean('do_stable_layer_norm', false)
  const rate = config.number('hidden_dropout', 0)
  const feedForward: Steps = [
    set('hidden', project('intermediate_dense', 'hidden')),
    set('hidden', activated(config.string('hidden_act', 'gelu'), 'hidden')),
    ...dropping(config.number('activation_dropout', 0), 'hidden'),
    set('hidden', project('output_dense', 'hidden')),
    ...dropping(rate, 'hidden'),
    give('hidden'),
  ]
  const fed = (of: Value): Value => call(feedForward, { hidden: of }, 'feed_forward')
  const normed = (module: string): Steps => [set('hidden', layerNormed(module, 'hidden'))]
  const adapter: Steps = [
    set('x', layerNormed('norm', 'x')),
    set('x', project('linear_1', 'x')),
    set('x', activated('relu', 'x')),
    set('x', project('linear_2', 'x')),
    give('x'),
  ]
  const isAdapted = isStable && config.optionalInteger('adapter_attn_dim') !== undefined
  return [
    set('residual', 'hidden'),
    ...(isStable ? normed('layer_norm') : []),
    ...attention,
    set('hidden', 'out'),
    { drop: 'out' },
    ...dropping(rate, 'hidden'),
    set('hidden', plus('residual', 'hidden')),
    ...(isStable ? [] : normed('layer_norm')),
    set('hidden', plus('hidden', fed(isStable ? layerNormed('final_layer_norm', 'hidden') : 'hidden'))),
    ...(isStable ? [] : normed('final_layer_norm')),
    ...(isAdapted ? [set('hidden', plus('hidden', call(adapter, { x: 'hidden' }, 'adapter_layer')))] : []),
    give('hidden'),
  ]
}
