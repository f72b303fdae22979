import type { ConfigReader } from '../config-reader.js'
import { activated, attended, call, convolved, give, layerNormed, make, plus, project, set } from './build.js'
import type { Count, Frames, Strided } from './count.js'
import type { Program } from './program.js'
import type { Operation, Steps, Value } from './steps.js'

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
}

/** The samples of a second that the published feature extractors make. */
const RATE = 16_000

/**
 * A class of wav2vec 2.0 or HuBERT, in inference (`modeling_wav2vec2.py` of transformers 4.57.6): convolutions over the sound, a convolution of
 * positions, and a transformer.
 *
 * @returns nothing for a class or a config that is not described
 */
export function wav2vec2Program(config: ConfigReader, className: string, family: Wav2Vec2Program): Program | undefined {
  const suffix = className.slice(family.name.length)
  const head = headOf(config, suffix)
  if (!head || !isDescribed(config)) return undefined
  const samples: Frames = { frames: [], rate: RATE }
  const count: Count = ['batch', samples]
  const model: Steps = [...modelSteps(config, family), give('hidden')]
  const sound: Operation = { op: 'expand', of: make([0], 'model'), count }
  return {
    hears: true,
    withoutTraining:
      "its loss, the masks of SpecAugment and the layers that `layerdrop` leaves out at random are not described: pass `method: 'inference'`",
    says: [
      `sound with ${RATE.toLocaleString('en-US')} samples for each second, all of one length, so that nothing is padded or masked`,
    ],
    buffers: [{ count, type: 'model' }],
    steps:
      suffix === 'Model'
        ? [set('sound', sound), ...model]
        : [set('sound', sound), set('hidden', call(model, { sound: 'sound' }, family.prefix)), ...head],
  }
}

/** What is not described: adapters, weighted sums of layers, and a norm of batches. */
const isDescribed = (config: ConfigReader): boolean =>
  !['add_adapter', 'use_weighted_layer_sum', 'conv_pos_batch_norm'].some((field) => config.boolean(field, false)) &&
  config.optionalInteger('adapter_attn_dim') === undefined

function headOf(config: ConfigReader, suffix: string): Steps | undefined {
  const heads: Readonly<Record<string, Steps>> = {
    Model: [],
    ForCTC: [give(project('lm_head', 'hidden'))],
    ForSequenceClassification: [
      set('hidden', project('projector', 'hidden')),
      set('pooled', { op: 'mean', of: 'hidden', count: ['batch', config.integer('classifier_proj_size', 256)] }),
      give(project('classifier', 'pooled')),
    ],
    ForAudioFrameClassification: [give(project('classifier', 'hidden'))],
  }
  return heads[suffix]
}

function modelSteps(config: ConfigReader, { normsFeatures, holds }: Wav2Vec2Program): Steps {
  const { steps, frames } = convolutions(config)
  const normed = (at: string): Steps =>
    normsFeatures ? normOfSteps(`${at}layer_norm`, 'features', !isLayerNormed(config)) : []
  const projected = (at: string): Value => project(`${at}projection`, 'features')
  const projection: Steps = [...normed(''), give(projected(''))]
  const inside = 'feature_projection'
  return [
    set('features', call(steps, { sound: 'sound' }, 'feature_extractor')),
    ...(holds === 'normed'
      ? [...normed(`${inside}.`), set('hidden', projected(`${inside}.`))]
      : [set('hidden', call(projection, { features: 'features' }, inside))]),
    set('hidden', call(encoderSteps(config, frames), { hidden: 'hidden' }, 'encoder')),
  ]
}

/** Whether all convolutions over the sound have a layer norm. The first has a group norm otherwise. */
const isLayerNormed = (config: ConfigReader): boolean => config.string('feat_extract_norm', 'group') === 'layer'

/** The convolutions over the sound. The first of them has a norm of each channel, or all have one of each step. */
function convolutions(config: ConfigReader) {
  const widths = config.integers('conv_dim') ?? Array.from({ length: 7 }, () => 512)
  const kernels = config.integers('conv_kernel') ?? [10, 3, 3, 3, 3, 2, 2]
  const strides = config.integers('conv_stride') ?? [5, 2, 2, 2, 2, 2, 2]
  const isLayer = isLayerNormed(config)
  const activation = config.string('feat_extract_activation', 'gelu')
  const before: Strided[] = []
  const steps: Steps = widths.flatMap((width, index) => {
    before.push({ kernel: kernels[index] ?? 1, stride: strides[index] ?? 1 })
    const frames: Frames = { frames: [...before], rate: RATE }
    const at = `conv_layers.${index}`
    const input = index === 0 ? 'sound' : 'hidden'
    const isTurned = isLayer && index > 0
    const layer: Steps = [
      ...(isTurned ? [set('copy', { op: 'scratch', of: 'x' })] : []),
      set('x', convolved('conv', 'x', ['batch', width, frames])),
      ...(isTurned ? [{ drop: 'copy' }] : []),
      ...(isLayer ? normOfSteps('layer_norm', 'x') : index === 0 ? normOfChannels(width) : []),
      set('x', activated(activation, 'x')),
      give('x'),
    ]
    return [set('hidden', call(layer, { x: input }, at))]
  })
  return { steps: [...steps, give('hidden')], frames: { frames: before, rate: RATE } }
}

/** A layer norm over channels, which reads a copy in their order if they are not in it. */
function normOfSteps(module: string, of: string, isCopied = true): Steps {
  const norm = set(of, layerNormed(module, of))
  return isCopied ? [set('copy', { op: 'scratch', of }), norm, { drop: 'copy' }] : [norm]
}

/** A group norm with a group for each channel, which makes a mean and a deviation for each. */
const normOfChannels = (width: number): Steps => [
  set('statistics', make(['batch', 2, width], 'compute')),
  set('x', activated('group_norm', 'x')),
  { drop: 'statistics' },
]

function encoderSteps(config: ConfigReader, frames: Frames): Steps {
  const hiddenSize = config.positive('hidden_size', 768)
  const kernel = config.positive('num_conv_pos_embeddings', 128)
  const groups = config.positive('num_conv_pos_embedding_groups', 16)
  const isStable = config.boolean('do_stable_layer_norm', false)
  const positions: Steps = [
    // The weight, made of a direction and lengths (`weight_norm`), and the states in the order of time.
    set('weight', make([hiddenSize, Math.floor(hiddenSize / groups), kernel], 'model')),
    set('turned', { op: 'scratch', of: 'hidden' }),
    set('out', make(['batch', hiddenSize, frames], 'compute')),
    // An even kernel makes one step more, which is cut off.
    set('rest', make(['batch', kernel % 2 === 0 ? hiddenSize : 0], 'compute')),
    { drop: 'turned' },
    { drop: 'weight' },
    set('out', activated(config.string('feat_extract_activation', 'gelu'), 'out')),
    give('out'),
  ]
  return [
    set('positions', call(positions, { hidden: 'hidden' }, 'pos_conv_embed')),
    set('hidden', plus('hidden', 'positions')),
    ...(isStable ? [] : [set('hidden', layerNormed('layer_norm', 'hidden'))]),
    { each: 'layers', carries: 'hidden', kinds: [layerSteps(config, frames, isStable)] },
    ...(isStable ? [set('hidden', layerNormed('layer_norm', 'hidden'))] : []),
    give('hidden'),
  ]
}

/** `Wav2Vec2EncoderLayer`, and `Wav2Vec2EncoderLayerStableLayerNorm` with norms before its blocks. */
function layerSteps(config: ConfigReader, frames: Frames, isStable: boolean): Steps {
  const hiddenSize = config.positive('hidden_size', 768)
  const heads = config.positive('num_attention_heads', 12)
  const activation = config.string('hidden_act', 'gelu')
  const attention: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        queries: [frames],
        // BART's eager attention leaves the scores in 16 bits.
        eager: { softmax: 'scores' },
        returnsWeights: 'layer',
      }),
    ),
    set('out', project('out_proj', 'out')),
    give('out'),
  ]
  const feedForward: Steps = [
    set('hidden', project('intermediate_dense', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    set('hidden', project('output_dense', 'hidden')),
    give('hidden'),
  ]
  const fed = (of: Value): Value => call(feedForward, { hidden: of }, 'feed_forward')
  const normed = (module: string): Steps => [set('hidden', layerNormed(module, 'hidden'))]
  return [
    set('residual', 'hidden'),
    ...(isStable ? normed('layer_norm') : []),
    set('hidden', call(attention, { hidden: 'hidden' }, 'attention')),
    set('hidden', plus('residual', 'hidden')),
    ...(isStable ? [] : normed('layer_norm')),
    set('hidden', plus('hidden', fed(isStable ? layerNormed('final_layer_norm', 'hidden') : 'hidden'))),
    ...(isStable ? [] : normed('final_layer_norm')),
    give('hidden'),
  ]
}
